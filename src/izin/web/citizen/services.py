"""What the citizens' pages work with."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import TypeAlias

import msgspec

from izin.citizen.addresses import Addresses
from izin.citizen.arrive import Arrivals
from izin.citizen.call import Call
from izin.citizen.model import Citizen
from izin.citizen.session import Citizens
from izin.consent.record import Recorder
from izin.core.clock import day_of
from izin.core.codes import BrandCode
from izin.core.terms import Source
from izin.core.workdays import Calendar
from izin.keyring import Keyring
from izin.storage.database import Connection, Database
from izin.web.shared.visit import NotThereError, Outcome
from izin.web.shared.visit import Visit as AnyVisit

INSTALLED = "installed"
_STOPS_AFTER = 3
"""Business days in which a company has to stop. Source: Reg. 9/6."""

_CODE_MAX = 8


class Hall(msgspec.Struct, frozen=True, kw_only=True):
    """Database and keys of both sides, who is let in by them, and the one writer.

    origin       where a browser reaches these pages
    arrivals     by the state's gateway; None where the registry is not known there
    call_centre  what people dial; empty where no call centre is named
    menu_phone   the same, where the voice menu answers: what a fixed line refuses by
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
    arrivals: Arrivals | None = None
    call_centre: str = ""
    menu_phone: str = ""


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

    @property
    def source(self) -> Source:
        """What her changes are recorded with. Source: data page 5."""
        return Source.IYS_MOBIL if self.way == INSTALLED else Source.IYS_WEB


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


def call_of(hall: Hall, visit: Visit, connection: Connection) -> Call:
    """What her changes work with, inside a transaction."""
    assert visit.who is not None, "the table asks for somebody"
    return Call(
        connection=connection,
        keyring=hall.keyring,
        recorder=hall.recorder,
        address=visit.who.address,
        since=visit.who.shown.since,
        source=visit.source,
    )


def brand_in(visit: Visit) -> BrandCode:
    """Which brand the path names. Raises NotThereError."""
    text = visit.path["brand"]
    if not (text.isascii() and text.isdigit() and len(text) <= _CODE_MAX):
        raise NotThereError
    return BrandCode(int(text))


def stops_on(hall: Hall, at: datetime) -> date:
    """The last day on which a company may still send; half days are given to it."""
    day = day_of(at)
    return hall.workdays.add_workdays(day, _STOPS_AFTER, half_day_is_workday=False)
