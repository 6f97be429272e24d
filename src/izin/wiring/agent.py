"""The call centre's process: its agents' pages and the voice menu, with the keys of both sides."""

import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from izin.callcentre.calls import Agents
from izin.callcentre.change import Tools
from izin.consent.record import Recorder
from izin.core.clock import utc_now
from izin.core.errors import StartRefusedError
from izin.keyring import MemberKeyring
from izin.member.model import Belongs
from izin.member.passkey import RelyingParty
from izin.member.passwords import Passwords
from izin.member.sign_in import SignIns
from izin.telemetry.log import configure
from izin.web.agent import screen, sign_in
from izin.web.agent.door import AtThePhone
from izin.web.agent.services import Booth
from izin.web.shared.door import Door
from izin.web.shared.guard import Cookies
from izin.wiring.connection import ConnectionBounds
from izin.wiring.desk import client_by, heard
from izin.wiring.parts import open_parts
from izin.wiring.roles import AGENT
from izin.wiring.server import allow_open_files, server_of
from izin.wiring.settings import PREFIX, Settings
from izin.wiring.voice import phone_of_the_menu, with_calls_by_voice
from izin.wiring.web import DRAIN_S, networks_of

ROWS = (*sign_in.ROWS, *screen.ROWS)


@asynccontextmanager
async def open_agents(settings: Settings) -> AsyncIterator[Any]:
    """Open database and keys, and give the application of the agents' pages and the voice menu.

    Raises  StartRefusedError
    """
    origin = settings.origin_of_agents
    is_https = origin.startswith("https://")
    if not (is_https or settings.is_sandbox):
        raise StartRefusedError(
            f"{PREFIX}AGENT_URL is {origin}: outside the sandbox cookies go over https alone. "
            "Name the address at which browsers reach the call centre's pages."
        )
    passwords = Passwords()
    try:
        async with open_parts(settings, role=AGENT) as parts:
            keyring, host = parts.keyring, urlsplit(origin).hostname
            assert host is not None, "the settings ask for one"
            members = MemberKeyring(keyring.members, keyring.tokens)
            rp = RelyingParty(host, origin)
            booth = Booth(
                database=parts.database,
                members=members,
                sign_ins=SignIns(parts.database, members, passwords, rp, only=Belongs()),
                agents=Agents(parts.database, keyring, settings.origin_of_citizens),
                recorder=Recorder(keyring),
                clock=utc_now,
                is_sandbox=settings.is_sandbox,
                menu_phone=phone_of_the_menu(settings),
            )
            cookies, client = Cookies("izin-agent", is_https=is_https), client_by(settings)
            door = Door(AtThePhone(booth), cookies, client, is_sandbox=settings.is_sandbox)
            tools = Tools(parts.database, keyring, booth.recorder, booth.agents.pages)
            yield with_calls_by_voice(door.app(ROWS), settings, tools, cookies)
    finally:
        passwords.close()


async def run_agents(settings: Settings, bound: socket.socket) -> None:
    """Answer on a socket that the launcher has bound, until told to stop."""
    configure(sys.stderr, settings.log_level)
    allow_open_files()
    async with open_agents(settings) as app:
        server = server_of(
            app, bounds=ConnectionBounds(), trusted=networks_of(settings), drain_s=DRAIN_S
        )
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_, heard)
        await server.serve(sockets=[bound])
