"""What the citizens' pages work with."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias

import msgspec

from izin.citizen.addresses import Addresses
from izin.citizen.model import Citizen
from izin.citizen.session import Citizens
from izin.consent.record import Recorder
from izin.core.workdays import Calendar
from izin.keyring import Keyring
from izin.storage.database import Database
from izin.web.shared.visit import Outcome
from izin.web.shared.visit import Visit as AnyVisit


class Hall(msgspec.Struct, frozen=True, kw_only=True):
    """Database and keys of both sides, who is let in by them, and the one writer.

    origin  where a browser reaches these pages
    """

    database: Database
    keyring: Keyring
    citizens: Citizens
    addresses: Addresses
    recorder: Recorder
    workdays: Calendar
    clock: Callable[[], datetime]
    origin: str
    is_sandbox: bool


class Visit(AnyVisit, frozen=True, kw_only=True):
    """Who comes to the citizens' pages, for what, with what. It prints nothing.

    who, session  whoever has shown that an address is hers, and what she calls with
    """

    who: Citizen | None = None
    session: str | None = None

    @property
    def is_known(self) -> bool:
        """Has she shown it?"""
        return self.who is not None


Handler: TypeAlias = Callable[[Hall, Visit], Awaitable[Outcome]]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A page, or what one of its forms does.

    asks     whether somebody has to have shown that an address is hers
    is_bare  whether it does without one: whoever came by the gateway may have none yet, and of a
             number she may not have said yet since when it is hers
    """

    path: str
    shows: Handler
    does: Handler | None = None
    asks: bool = False
    is_bare: bool = False

    @property
    def method(self) -> str:
        """GET looks, POST changes."""
        return "GET" if self.does is None else "POST"
