"""Where a reader stands, in a form that tells nobody what is stored there."""

import struct

import msgspec
from cryptography.exceptions import InvalidTag

from izin.core.codes import BrandCode
from izin.core.terms import Side
from izin.vault.secret import Secret

_PLACE = struct.Struct(">QQ")  # brand code and side, then the ordered number
_BOUND = [b"izin/v1/cursor"]
_LIST_BOUND = b"izin/v1/list-cursor"
_SIDES = (Side.HS, Side.IYS)
_TEXT_LENGTH = 64


class Cursor(msgspec.Struct, frozen=True):
    """The last entry that a reader of one brand's one side has seen."""

    brand_code: BrandCode
    side: Side
    idx: int


class Cursors:
    """Writes and reads cursors: AES-SIV in hex digits, 64 of them for the feed."""

    def __init__(self, secret: Secret) -> None:
        """Take the key of cursors."""
        self._cipher = secret.siv()

    def seal_cursor(self, brand_code: BrandCode, side: Side, idx: int) -> str:
        """Give 64 lower-case hex digits; the same place gives the same digits."""
        owner = brand_code << 8 | _SIDES.index(side)
        return self._cipher.encrypt(_PLACE.pack(owner, idx), _BOUND).hex()

    def open_cursor(self, text: str) -> Cursor | None:
        """Read a cursor; None if the registry never wrote it."""
        place = self._decrypted(text, _BOUND) if len(text) == _TEXT_LENGTH else None
        if place is None:
            return None
        owner, idx = _PLACE.unpack(place)
        return Cursor(BrandCode(owner >> 8), _SIDES[owner & 0xFF], idx)

    def seal_place(self, question: bytes, place: bytes) -> str:
        """Give the cursor of a place in the answer to one question, in lower-case hex digits."""
        return self._cipher.encrypt(place, [_LIST_BOUND, question]).hex()

    def open_place(self, question: bytes, text: str) -> bytes | None:
        """Read a place; None if the registry never gave it to this very question."""
        return self._decrypted(text, [_LIST_BOUND, question])

    def _decrypted(self, text: str, bound: list[bytes]) -> bytes | None:
        try:
            raw = bytes.fromhex(text)
            # fromhex forgives blanks and capitals; a cursor has one spelling
            return self._cipher.decrypt(raw, bound) if raw.hex() == text else None
        except (ValueError, InvalidTag):
            return None
