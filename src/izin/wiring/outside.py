"""The outside world of the demonstration: operator, mail server, gateway; pages that show them."""

import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from izin.brand.name import page_of
from izin.core.clock import utc_now
from izin.core.errors import StartRefusedError
from izin.mail.dkim import drawn_keys
from izin.simulator.inbox import Inbox, listening
from izin.simulator.smsc import Smsc, SmscSettings
from izin.telemetry.log import configure
from izin.web.outside.door import Anybody
from izin.web.outside.pages import ROWS
from izin.web.outside.services import Around, Outside
from izin.web.shared.door import Door
from izin.web.shared.guard import Cookies
from izin.wiring.connection import ConnectionBounds
from izin.wiring.database import write_private
from izin.wiring.demo_link import address_of_link
from izin.wiring.demo_via import widget_of_the_shop
from izin.wiring.desk import client_by, heard
from izin.wiring.gateway import standing_in
from izin.wiring.people import FIRST, examples
from izin.wiring.server import server_of
from izin.wiring.settings import PREFIX, Settings

SUFFIX = " B099"
"""What this operator appends to each text, as every one does. Source: rules 1.5, R-46."""

_DKIM_FILE, _DKIM_SECOND_FILE = "dkim-key.pem", "dkim-second-key.pem"


def with_outside(settings: Settings) -> Settings:
    """The same with an outside world on this machine, unless there is one elsewhere."""
    if settings.outside_port is not None or settings.smtp_urls or settings.smpp_urls:
        return settings
    port = settings.port_of_citizens + 1
    password = secrets.token_urlsafe(6)[:8]  # no longer than SMPP has it
    return msgspec.structs.replace(
        settings,
        outside_port=port,
        **_mail_keys(settings),
        smtp_urls=f"smtp://127.0.0.1:{port + 1}",
        smpp_urls=f"smpp://izin:{password}@127.0.0.1:{port + 2}",
    )


def _mail_keys(settings: Settings) -> dict[str, Path]:
    """Both keys in the data folder, unless there is one elsewhere."""
    if settings.dkim_key_file or settings.dkim_second_key_file:
        return {}
    return {
        "dkim_key_file": settings.data_folder / _DKIM_FILE,
        "dkim_second_key_file": settings.data_folder / _DKIM_SECOND_FILE,
    }


def draw_mail_keys(settings: Settings) -> None:
    """See that there are keys to sign mails with; nobody but this outside world reads them."""
    files = (settings.data_folder / _DKIM_FILE, settings.data_folder / _DKIM_SECOND_FILE)
    named = (settings.dkim_key_file, settings.dkim_second_key_file)
    missing = [each == file and not file.exists() for each, file in zip(named, files, strict=True)]
    if not any(missing):
        return
    for file, is_missing, drawn in zip(files, missing, drawn_keys(), strict=True):
        if is_missing:
            write_private(file, drawn)


@asynccontextmanager
async def open_outside(settings: Settings) -> AsyncIterator[Any]:
    """Stand in for operator and mail server, and give the application that shows them.

    Raises  StartRefusedError: outside the sandbox, or without addresses on this machine
    """
    if not settings.is_sandbox:
        raise StartRefusedError(f"{PREFIX}OUTSIDE_PORT is for the sandbox: unset it.")
    smsc, inbox = Smsc(_operator(settings)), Inbox()
    await smsc.start()
    try:
        async with listening(inbox, _port(settings.smtp_urls)), standing_in(settings):
            people = zip(examples(), ("consents", "has_refused", "unknown"), strict=True)
            around = Around(
                people=[(address.clear, what) for address, what in people],
                addresses=(
                    ("citizens", settings.origin_of_citizens),
                    ("link", address_of_link(settings.origin_of_citizens)),
                    ("brand", f"{settings.origin_of_citizens}{page_of(FIRST.short_names[0])}"),
                    ("desk", settings.origin_of_desk),
                    ("openapi", f"{settings.issuer}/openapi.json"),
                ),
                loader=f"{settings.issuer}/widget/load-widgetloader/{widget_of_the_shop()}",
            )
            outside = Outside(smsc, inbox, utc_now, number=settings.sms_sender, around=around)
            cookies = Cookies("izin-outside", is_https=False, embeds=settings.issuer)
            door = Door(Anybody(outside), cookies, client_by(settings), is_sandbox=True)
            yield door.app(ROWS)
    finally:
        await smsc.stop()


def _operator(settings: Settings) -> SmscSettings:
    parts = urlsplit(settings.smpp_urls)
    return SmscSettings(
        system_id=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        port=_port(settings.smpp_urls),
        suffix=SUFFIX,
    )


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None, "the demonstration names it"
    return port


async def run_outside(settings: Settings, bound: socket.socket) -> None:
    """Stand in until told to stop."""
    configure(sys.stderr, settings.log_level)
    async with open_outside(settings) as app:
        server = server_of(app, bounds=ConnectionBounds(), trusted=(), drain_s=0)
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_, heard)
        await server.serve(sockets=[bound])
