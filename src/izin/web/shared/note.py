"""What is said once, on the page that follows a change: nobody can have it said by an address.

A cookie carries it, for one page alone, and goes when that page is shown.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

NOTE = "note"
LASTS_S = 60
"""A page that never came is not waited for."""


class Note(msgspec.Struct, frozen=True, array_like=True):
    """What happened: a word of `done` in `i18n/pages.toml`, and what it is of.

    of  the receipt, or whatever else the page that follows shows it by
    """

    word: str
    of: str = ""


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """For which page it is."""

    at: str
    note: Note


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Kept).decode


def written(note: Note, at: str) -> str:
    """Write a note for the page at an address of ours."""
    return urlsafe_b64encode(_encode(_Kept(at, note))).decode()


def read(text: str | None, here: str) -> Note | None:
    """Read the note that is for this page; None where there is none."""
    if not text:
        return None
    try:
        kept = _decode(urlsafe_b64decode(text.encode()))
    except (ValueError, msgspec.DecodeError):
        return None
    return kept.note if kept.at == here else None
