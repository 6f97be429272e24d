"""What the call centre's pages work with."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import msgspec

from izin.callcentre.calls import Agents
from izin.consent.record import Recorder
from izin.keyring import MemberKeyring
from izin.member.sign_in import SignIns
from izin.storage.database import Database
from izin.web.desk.visit import Visit as Visit
from izin.web.shared.visit import Outcome


class Booth(msgspec.Struct, frozen=True, kw_only=True):
    """Database and keys, who is let in, calls, and the one writer.

    menu_phone  what a fixed line dials in order to refuse by its keys; empty: no menu answers
    """

    database: Database
    members: MemberKeyring
    sign_ins: SignIns
    agents: Agents
    recorder: Recorder
    clock: Callable[[], datetime]
    is_sandbox: bool
    menu_phone: str = ""


Handler: TypeAlias = Callable[[Booth, Visit], Awaitable[Outcome]]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A page, or what one of its forms does.

    asks  whether an agent has to have signed in
    """

    path: str
    shows: Handler
    does: Handler | None = None
    asks: bool = True

    @property
    def method(self) -> str:
        """GET looks, POST changes."""
        return "GET" if self.does is None else "POST"


def agent_of(visit: Visit) -> UUID:
    """Who works."""
    assert visit.who is not None, "the table asks for somebody"
    return visit.who.member_id
