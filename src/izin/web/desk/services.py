"""What the desk's pages work with."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias

import msgspec

from izin.keyring import MemberKeyring
from izin.member.enrol import Enrolling
from izin.member.model import Role
from izin.member.sign_in import SignIns
from izin.storage.database import Database
from izin.web.desk.parties import Parties
from izin.web.desk.visit import Visit
from izin.web.shared.visit import NotThereError, Outcome

_DIGITS_MAX = 8


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Database and keys of members, and who is let in by them.

    has_mail  whether invitations go by mail
    citizens  where a browser reaches the citizens' pages
    """

    database: Database
    keys: MemberKeyring
    sign_ins: SignIns
    enrolling: Enrolling
    parties: Parties
    has_mail: bool
    citizens: str
    clock: Callable[[], datetime]


Handler: TypeAlias = Callable[[Desk, Visit], Awaitable[Outcome]]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A page, or what one of its forms does.

    least   the role that it asks for; None: nobody has to have signed in
    shows   the page: what a GET gives, and where a refused form is shown again
    does    what the form does; None for the page itself
    """

    path: str
    least: Role | None
    shows: Handler
    does: Handler | None = None

    @property
    def method(self) -> str:
        """GET looks, POST changes."""
        return "GET" if self.does is None else "POST"


_RANKS = (Role.VIEWER, Role.OPERATOR, Role.MANAGER, Role.OWNER)


def suffices(role: Role, least: Role) -> bool:
    """May whoever has this role do what asks for that one?"""
    return role in _RANKS and _RANKS.index(role) >= _RANKS.index(least)


def code_of(text: str) -> int:
    """A code in a path. Raises NotThereError for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise NotThereError
    return int(text)
