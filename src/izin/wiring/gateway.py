"""The state's gateway: how the registry is known there, and what stands in for it here."""

import asyncio
import hashlib
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from izin.citizen.arrive import Gateway
from izin.core.errors import StartRefusedError
from izin.oidc.client import OidcClient
from izin.oidc.fetch import Fetch
from izin.oidc.model import Registration
from izin.simulator.identity import app_of
from izin.simulator.registration import Client, IdentitySettings, Way
from izin.web.citizen.gateway import BACK
from izin.web.shared.static import address_of, file_at
from izin.wiring.connection import ConnectionBounds
from izin.wiring.database import write_private
from izin.wiring.server import server_of
from izin.wiring.settings import PREFIX, Settings

_FILE = "gateway-secret"
_CLIENT = "izin:vatandas"
_OF_GATEWAY = ("gateway_issuer", "gateway_client_id", "gateway_secret_file", "gateway_acrs")


def gateway_of(settings: Settings) -> Gateway | None:
    """How the gateway is called; None where none is set.

    Raises  StartRefusedError: it is set in part, or cannot be called
    """
    missing = [each for each in _OF_GATEWAY if not getattr(settings, each)]
    if len(missing) == len(_OF_GATEWAY):
        return None
    if missing:
        names = ", ".join(PREFIX + each.upper() for each in missing)
        raise StartRefusedError(f"e-Devlet's gateway is set in part: set {names} too, or none.")
    assert settings.gateway_issuer is not None, "looked at above"
    assert settings.gateway_secret_file is not None, "the same"
    client = OidcClient(_fetch(settings))
    if not client.is_fit(settings.gateway_issuer):
        raise StartRefusedError(
            f"{PREFIX}GATEWAY_ISSUER is {settings.gateway_issuer}, which is not called: write "
            "https://host as the gateway names itself."
        )
    at = Registration(
        issuer=settings.gateway_issuer,
        client_id=settings.gateway_client_id,
        client_secret=_secret_in(settings.gateway_secret_file),
        redirect_uri=settings.origin_of_citizens + BACK,
    )
    return Gateway(client, at, tuple(settings.gateway_acrs.split()))


def origin_of_gateway(settings: Settings) -> str:
    """Where browsers are led to; "" where there is none."""
    parts = urlsplit(settings.gateway_issuer or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def with_gateway(settings: Settings) -> Settings:
    """The same with a stand-in on this machine, unless a gateway is set or there is no outside."""
    if settings.outside_port is None or any(getattr(settings, each) for each in _OF_GATEWAY):
        return settings
    port = settings.outside_port + 3  # after the operator's and the mail server's
    return msgspec.structs.replace(
        settings,
        gateway_port=port,
        gateway_issuer=f"http://127.0.0.1:{port}",
        gateway_client_id=_CLIENT,
        gateway_secret_file=settings.data_folder / _FILE,
        gateway_acrs=" ".join(Way),
    )


def draw_secret(settings: Settings) -> None:
    """See that the stand-in has a secret: with another its people would be strangers."""
    file = settings.gateway_secret_file
    if settings.gateway_port is not None and file is not None and not file.exists():
        write_private(file, secrets.token_urlsafe(32).encode())


@asynccontextmanager
async def standing_in(settings: Settings) -> AsyncIterator[None]:
    """Stand in for the gateway while the block runs, where that is set."""
    if settings.gateway_port is None:
        yield
        return
    if not settings.is_sandbox:
        raise StartRefusedError(f"{PREFIX}GATEWAY_PORT is for the sandbox: unset it.")
    server = server_of(
        app_of(_identity(settings)), bounds=ConnectionBounds(), trusted=(), drain_s=0
    )
    server.capture_signals = nullcontext  # type: ignore[assignment] # the process has its own
    with _bound(settings.gateway_port) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await running


def _bound(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise StartRefusedError(
            f"Port {port} cannot be bound: {error.strerror}. Set {PREFIX}GATEWAY_PORT, with "
            f"{PREFIX}GATEWAY_ISSUER, to another one."
        ) from error


def _identity(settings: Settings) -> IdentitySettings:
    assert settings.gateway_issuer is not None, "whoever stands in has been named"
    assert settings.gateway_secret_file is not None, "the same"
    secret = _secret_in(settings.gateway_secret_file)
    stylesheet = file_at(address_of("kit.css").rpartition("/")[2])
    assert stylesheet is not None, "it is one of ours"
    ours = Client(
        client_id=settings.gateway_client_id,
        name="İleti İzin Kaydı",
        secret=secret,
        redirect_uris=frozenset((settings.origin_of_citizens + BACK,)),
    )
    return IdentitySettings(
        issuer=settings.gateway_issuer,
        clients=(ours,),
        secret=hashlib.sha256(f"names\0{secret}".encode()).digest(),
        stylesheet=bytes(stylesheet.body),
    )


def _fetch(settings: Settings) -> Fetch:
    """The internet, by https; in the sandbox this machine too, for what stands in."""
    host = urlsplit(settings.gateway_issuer or "").hostname
    if settings.is_sandbox and host == "127.0.0.1":
        return Fetch(may_reach=lambda each: ip_address(each).is_loopback, schemes=("http",))
    return Fetch()


def _secret_in(file: Path) -> str:
    try:
        secret = file.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise StartRefusedError(
            f"{PREFIX}GATEWAY_SECRET_FILE names {file}, which cannot be read: {error}"
        ) from error
    if not secret:
        raise StartRefusedError(f"{PREFIX}GATEWAY_SECRET_FILE names {file}, which is empty.")
    return secret
