"""One call of somebody's browser, and what comes of it."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import msgspec

from izin.i18n.catalogue import Language
from izin.web.shared.form import Form, Problem
from izin.web.shared.note import LASTS_S, NOTE, Note, written

HALF = "half-"
"""How the cookie of a way that is half done begins; the rest is the way's name."""


class NotThereError(Exception):
    """There is no such page: what its path names is not there."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes, for what, with what. It prints nothing.

    path, query  what the address names
    halves       what begun ways are finished with; each has a name, so they stand side by side
    notice       which version of the notice was read in this browser
    note         what has just been done, said on this page alone
    device       what an earlier sign-in left here
    way          how it is used, if another way than in a browser
    secret       what the mark of a form is made of
    problems     why a form is shown again
    """

    path: Mapping[str, str]
    query: Form
    language: Language
    client: str
    now: datetime
    secret: str
    here: str
    halves: Mapping[str, str] = {}
    notice: str | None = None
    note: Note | None = None
    device: str | None = None
    way: str | None = None
    form: Form = msgspec.field(default_factory=Form)
    problems: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        """Leave everything out."""
        return "Visit(…)"

    @property
    def is_known(self) -> bool:
        """Has whoever comes signed in?"""
        return False

    @property
    def note_of(self) -> str:
        """What the note is of; empty where there is none."""
        return "" if self.note is None else self.note.of


class Cookie(msgspec.Struct, frozen=True):
    """What the browser is to keep, for how long; 0 takes it away, None until it closes.

    comes_from_elsewhere  whether it is sent along when another site leads the browser here
    """

    name: str
    value: str
    lasts_s: int | None = None
    comes_from_elsewhere: bool = False

    def __repr__(self) -> str:
        """Leave the value out."""
        return f"Cookie({self.name})"


def noted(word: str, at: str, *, of: str = "") -> Cookie:
    """Have a page of ours say once what has happened: a word of `done`, and what it is of."""
    return Cookie(NOTE, written(Note(word, of), at), LASTS_S)


class Shown(msgspec.Struct, frozen=True):
    """A page: its template, what stands in it, and when to come again if it was too early."""

    template: str
    values: Mapping[str, object] = {}
    status: int = 200
    retry_s: int | None = None
    cookies: tuple[Cookie, ...] = ()


class Gone(msgspec.Struct, frozen=True):
    """It is done, and the browser goes elsewhere."""

    to: str
    cookies: tuple[Cookie, ...] = ()

    def saying(self, word: str, *, of: str = "") -> "Gone":
        """The same, and the page there says once what was done."""
        return Gone(self.to, (*self.cookies, noted(word, self.to, of=of)))


class Sent(msgspec.Struct, frozen=True):
    """Bytes that are no page: a picture, or the answer to a program, which gets no cookie.

    name  under which the browser keeps it as a file; None: it shows it
    """

    body: bytes
    media: str = "text/plain"
    status: int = 200
    retry_s: int | None = None
    name: str | None = None


class Streamed(msgspec.Struct, frozen=True):
    """A file that is sent while it is made; one that breaks off is seen to be no whole file."""

    chunks: AsyncIterator[bytes]
    media: str
    name: str
    status: int = 200
    retry_s: int | None = None


Outcome = Shown | Gone | Sent | Streamed
