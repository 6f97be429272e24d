"""The desk's process: pages for the registry's own people, under a role without recipients."""

import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette

from izin.api.client import client_of
from izin.core.clock import utc_now
from izin.core.errors import StartRefusedError
from izin.member.enrol import Enrolling
from izin.member.model import Belongs
from izin.member.passkey import RelyingParty
from izin.member.passwords import Passwords
from izin.member.sign_in import SignIns
from izin.telemetry.log import configure
from izin.web.desk.door import AtTheDesk
from izin.web.desk.parties import Parties
from izin.web.desk.services import Desk
from izin.web.desk.table import ROWS
from izin.web.shared.door import Door
from izin.web.shared.guard import Cookies
from izin.wiring.connection import ConnectionBounds
from izin.wiring.database import DESK_CONNECTIONS
from izin.wiring.parts import open_member_parts
from izin.wiring.roles import DESK
from izin.wiring.server import allow_open_files, server_of
from izin.wiring.settings import PREFIX, Settings
from izin.wiring.web import DRAIN_S, networks_of


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Starlette]:
    """The desk with everything it needs, ready to answer.

    Raises  StartRefusedError
    """
    origin = settings.origin_of_desk
    is_https = origin.startswith("https://")
    if not (is_https or settings.is_sandbox):
        raise StartRefusedError(
            f"{PREFIX}DESK_URL is {origin}: outside the sandbox the desk's cookies go over https "
            "alone. Name the address at which browsers reach it."
        )
    passwords = Passwords()
    try:
        async with open_member_parts(settings, role=DESK, size=DESK_CONNECTIONS) as parts:
            host = urlsplit(origin).hostname
            assert host is not None, "the settings ask for one"
            works_with = parts.database, parts.keyring, passwords, RelyingParty(host, origin)
            desk = Desk(
                database=parts.database,
                keys=parts.keyring,
                sign_ins=SignIns(*works_with, only=Belongs()),
                enrolling=Enrolling(*works_with, only=Belongs()),
                parties=Parties(parts.database),
                has_mail=settings.has_mail,
                citizens=settings.origin_of_citizens,
                clock=utc_now,
            )
            cookies = Cookies("izin-desk", is_https=is_https)
            door = Door(
                AtTheDesk(desk), cookies, client_by(settings), is_sandbox=settings.is_sandbox
            )
            yield door.app(ROWS)
    finally:
        passwords.close()


def client_by(settings: Settings) -> Any:
    """How a caller's network is told, our own proxies believed."""
    trusted = networks_of(settings)

    def client(scope: Any) -> str:
        headers = dict(scope["headers"])
        forwarded = headers.get(b"x-forwarded-for")
        return client_of(scope, None if forwarded is None else forwarded.decode("latin-1"), trusted)

    return client


async def run_desk(settings: Settings, listening: socket.socket) -> None:
    """Answer on a socket that the launcher has bound, until told to stop."""
    configure(sys.stderr, settings.log_level)
    allow_open_files()
    async with open_desk(settings) as app:
        server = server_of(
            app, bounds=ConnectionBounds(), trusted=networks_of(settings), drain_s=DRAIN_S
        )
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_, heard)  # uvicorn drains, then raises it anew
        await server.serve(sockets=[listening])


def heard(_number: int, _frame: object) -> None:
    """Nothing is left to do: the server has stopped."""
