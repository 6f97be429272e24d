"""A note is said on the page that it is for, and nowhere else; what reads as none is none."""

import pytest

from izin.web.shared.note import Note, read, written

NOTE = Note("refused", "JSZS-PQCH-ZBV3-9WZ0-D")


@pytest.mark.parametrize(
    ("text", "here", "found"),
    [
        (written(NOTE, "/acts/1"), "/acts/1", NOTE),
        (written(NOTE, "/consents?recipient=TACIR"), "/consents?recipient=TACIR", NOTE),
        (written(NOTE, "/acts/1"), "/acts/2", None),
        (written(NOTE, "/acts/1"), "/acts/1?done=refused", None),
        (None, "/", None),
        ("", "/", None),
        ("refused", "/", None),
        ("e30=", "/", None),
        ("çöp", "/", None),
    ],
)
def test_a_note_is_for_one_page(text, here, found):
    assert read(text, here) == found
