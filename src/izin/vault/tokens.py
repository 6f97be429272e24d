"""Opaque tokens: none is stored, and a leaked one is recognised by its look."""

import re
import secrets
import string
import zlib
from collections.abc import Callable
from uuid import UUID

import msgspec

PREFIX = "izin_"

_ALPHABET = string.digits + string.ascii_letters
_BODY_LENGTH = 43  # 62**43 > 2**256
_CHECK_LENGTH = 8
_SHAPE = re.compile(
    f"{PREFIX}[0-9A-Za-z]{{{_BODY_LENGTH}}}[0-9a-f]{{{_CHECK_LENGTH}}}",
    re.ASCII,
)


class IssuedToken(msgspec.Struct, frozen=True):
    """A token for its owner, and the tag for the table."""

    text: str
    tag: UUID

    def __repr__(self) -> str:
        """Leave the text out."""
        return f"IssuedToken(…, tag={self.tag})"


class Tokens:
    """Issues tokens and recognises them."""

    def __init__(self, token_tag: Callable[[str], UUID]) -> None:
        """Take the tag under which a token is stored."""
        self._token_tag = token_tag

    def issue(self) -> IssuedToken:
        """Draw a token of 256 random bits."""
        text = draw()
        return IssuedToken(text, self._token_tag(text))

    def tag_of(self, text: str) -> UUID | None:
        """Give the tag to look a token up by; None if it cannot be one of ours.

        Cost    3 µs; a mistyped or shortened token costs no look-up
        """
        if not _SHAPE.fullmatch(text) or _check(text[:-_CHECK_LENGTH]) != text[-_CHECK_LENGTH:]:
            return None
        return self._token_tag(text)


def draw() -> str:
    """Draw 256 random bits, written so that whoever finds them somewhere knows what they are."""
    bare = PREFIX + _base62(secrets.randbits(256))
    return bare + _check(bare)


def _check(bare: str) -> str:
    return f"{zlib.crc32(bare.encode()):08x}"


def _base62(number: int) -> str:
    digits = []
    for _ in range(_BODY_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
