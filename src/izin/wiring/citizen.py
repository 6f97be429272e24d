"""The citizens' process: their own pages, what they write to 3338, with the keys of both sides."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from izin.citizen.addresses import Addresses
from izin.citizen.arrive import Arrivals
from izin.citizen.session import Citizens
from izin.consent.record import Recorder
from izin.core.clock import utc_now
from izin.core.errors import StartRefusedError
from izin.core.workdays import Calendar
from izin.jobs.hands import Hands
from izin.message.heard import JOB as HEARD
from izin.queue.queue import Queue
from izin.shortcode.answer import Tools
from izin.shortcode.hear import Hearing
from izin.telemetry.log import configure
from izin.web.citizen import (
    account,
    acts,
    add,
    addresses,
    answers,
    brand,
    consents,
    data,
    follow,
    gateway,
    install,
    link,
    notices,
    number,
    own_brand,
    questions,
    refuse,
    search,
    sign_in,
    verify,
    via_link,
)
from izin.web.citizen.door import Everybody
from izin.web.citizen.services import Hall
from izin.web.shared.door import Door
from izin.web.shared.guard import Cookies
from izin.wiring.connection import ConnectionBounds
from izin.wiring.desk import client_by, heard
from izin.wiring.gateway import gateway_of, origin_of_gateway
from izin.wiring.parts import Parts, open_parts
from izin.wiring.roles import CITIZEN
from izin.wiring.server import allow_open_files, server_of
from izin.wiring.settings import PREFIX, Settings
from izin.wiring.voice import phone_of_the_menu
from izin.wiring.web import DRAIN_S, networks_of

ROWS = (
    *verify.ROWS,
    *follow.ROWS,
    *sign_in.ROWS,
    *gateway.ROWS,
    *account.ROWS,
    *addresses.ROWS,
    *number.ROWS,
    *consents.ROWS,
    *acts.ROWS,
    *refuse.ROWS,
    *add.ROWS,
    *data.ROWS,
    *answers.ROWS,
    *questions.ROWS,
    *search.ROWS,
    *install.ROWS,
    *own_brand.ROWS,
    *link.ROWS,
    *notices.ROWS,
    *via_link.ROWS,
    *brand.ROWS,
)
"""Brands' own addresses stand last: every other page goes before them."""


HEARD_AT_ONCE = 2
"""One text that waits for a row holds no other up."""


@asynccontextmanager
async def open_citizens(settings: Settings) -> AsyncIterator[Any]:
    """Open database and keys, and give the application of the citizens' pages.

    Raises  StartRefusedError
    """
    async with _opened(settings) as (app, _):
        yield app


def listener_of(parts: Parts, settings: Settings, stop: asyncio.Event) -> Hands:
    """Put together who does what people write to 3338: the keeper does it too, while there is one.

    A refusal counts within a second, whichever of them is frozen.
    """
    by = Tools(parts.keyring, Recorder(parts.keyring), settings.call_centre_phone or "")
    hearing = Hearing(by, is_sandbox=settings.is_sandbox)
    return Hands(Queue(parts.database, {HEARD: hearing}), stop, at_once=HEARD_AT_ONCE)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Any, Parts]]:
    is_https = settings.origin_of_citizens.startswith("https://")
    if not (is_https or settings.is_sandbox):
        raise StartRefusedError(
            f"{PREFIX}CITIZEN_URL is {settings.origin_of_citizens}: outside the sandbox cookies go "
            "over https alone. Name the address at which browsers reach the citizens' pages."
        )
    at = gateway_of(settings)
    async with open_parts(settings, role=CITIZEN) as parts:
        arrivals = None if at is None else Arrivals(parts.database, parts.keyring, at)
        hall = Hall(
            database=parts.database,
            keyring=parts.keyring,
            citizens=Citizens(parts.database, parts.keyring),
            addresses=Addresses(parts.database, parts.keyring),
            recorder=Recorder(parts.keyring),
            workdays=Calendar.load(),
            clock=utc_now,
            origin=settings.origin_of_citizens,
            is_sandbox=settings.is_sandbox,
            arrivals=arrivals,
            call_centre=settings.call_centre_phone or "",
            menu_phone=phone_of_the_menu(settings),
        )
        leads_to = origin_of_gateway(settings)
        cookies = Cookies("izin", is_https=is_https, leads_to=leads_to, is_installable=True)
        whom, client = Everybody(hall), client_by(settings)
        door = Door(whom, cookies, client, is_sandbox=settings.is_sandbox)
        yield door.app(ROWS, link.ONE_CLICKS), parts


async def run_citizens(settings: Settings, bound: socket.socket) -> None:
    """Answer on a socket that the launcher has bound, and hear 3338, until told to stop."""
    configure(sys.stderr, settings.log_level)
    allow_open_files()
    async with _opened(settings) as (app, parts), asyncio.TaskGroup() as beside:
        stop = asyncio.Event()
        beside.create_task(listener_of(parts, settings, stop).run())
        server = server_of(
            app,
            bounds=ConnectionBounds(is_for_people=True),
            trusted=networks_of(settings),
            drain_s=DRAIN_S,
        )
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_, heard)
        await server.serve(sockets=[bound])
        stop.set()
