"""A whole registry for the measurements: embedded server on the disk, keeper, web processes."""

import asyncio
import secrets
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import msgspec

from izin.access.accounts import Named, add_account
from izin.audit.model import Principal, PrincipalKind
from izin.brand.add import put as put_brand
from izin.brand.model import Brand
from izin.cli.bench.load import Client, request
from izin.cli.bench.sql import SQL
from izin.core.clock import utc_now
from izin.core.codes import BrandCode, IysCode
from izin.member.model import Belongs
from izin.member.passwords import Passwords
from izin.provider.model import Provider
from izin.provider.register import register
from izin.storage.database import Database
from izin.storage.embedded import EmbeddedServer
from izin.storage.migrate import migrate
from izin.wiring.launch import environment_of
from izin.wiring.parts import Parts, open_parts
from izin.wiring.roles import OPERATOR, WEB
from izin.wiring.settings import LogLevel, Settings

IYS_CODE = IysCode(731000)
SMALL = BrandCode(731001)
LOADED = BrandCode(731002)
BATCHES = BrandCode(731003)
SINGLES = BrandCode(731004)
FRESH = BrandCode(731005)
LARGE = BrandCode(731006)
_BRANDS = (SMALL, LOADED, BATCHES, SINGLES, FRESH, LARGE)
_USERNAME = "bench@firma.example"
_INSTALLER = Principal(PrincipalKind.OPERATOR, "bench")
_READY_S_MAX = 60.0
_STATEMENT_MS_MAX = 600_000
_POLL_S = 0.02


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """A running registry with one signed-in company.

    settings    as its own processes have them: the keys lie in its data folder
    parts       database and keys, for what is measured without HTTP
    owner       acts as the server's owner
    limits_url  another database of the same server with the same schema, for the limits
    limits      connections to it
    """

    settings: Settings
    server: EmbeddedServer
    parts: Parts
    owner: Database
    limits_url: str
    limits: Database
    token: str

    @property
    def folder(self) -> Path:
        """Where files of the measurements may lie."""
        return self.settings.data_folder

    @property
    def port(self) -> int:
        """Where the API listens."""
        return self.settings.port

    def path(self, brand: BrandCode, rest: str) -> str:
        """A path of the contract under one of the company's brands."""
        return f"/sps/{IYS_CODE}/brands/{brand}{rest}"

    def brand_ref(self, brand: BrandCode) -> UUID:
        """Under which reference a brand's records lie."""
        return self.parts.keyring.pseudonyms.brand_ref(brand)

    async def until_settled(self) -> None:
        """Wait until nothing is on its way into a view."""
        async with self.owner.connection() as connection:
            while not await connection.fetchval(SQL["is_settled"]):  # noqa: ASYNC110 # the keeper's doing
                await asyncio.sleep(_POLL_S)

    async def current(self) -> int:
        """Up to which number everything stands in both views."""
        async with self.owner.connection() as connection:
            found: int = await connection.fetchval(SQL["projected"])
        return found

    async def until_current(self, count: int) -> None:
        """Wait until so many movements are numbered, published and in both views."""
        while await self.current() < count:  # noqa: ASYNC110 # the keeper's doing
            await asyncio.sleep(_POLL_S)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Registry]:
    """A registry in an empty folder; what was there goes before, and what came after a good end."""
    _make_empty(folder)
    with EmbeddedServer(folder / "database") as server:
        await migrate(server.url)
        settings = Settings(
            database_url=server.url,
            data_folder=folder,
            port=_free_port(),
            log_level=LogLevel.WARNING,
        )
        password = await _enter_parties(server.url)
        limits_url = await _limits_database(server.url)
        async with (
            _served(settings),
            open_parts(settings, role=WEB) as parts,
            _opened(server.url) as owner,
            _opened(limits_url) as limits,
        ):
            yield Registry(
                settings=settings,
                server=server,
                parts=parts,
                owner=owner,
                limits_url=limits_url,
                limits=limits,
                token=await _signed_in(settings.port, password),
            )
    _remove(folder)


def _make_empty(folder: Path) -> None:
    _remove(folder)
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)


def _remove(folder: Path) -> None:
    # says where the data of root lie where user namespaces are refused
    note = folder / "database" / "private_folder"
    if note.exists():
        shutil.rmtree(note.read_text("utf-8"), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = await Database.open(url, role=None, size_max=4, statement_ms=_STATEMENT_MS_MAX)
    try:
        yield database
    finally:
        await database.close()


async def _enter_parties(url: str) -> str:
    password = secrets.token_urlsafe(24)
    database = await Database.open(url, role=OPERATOR)
    passwords = Passwords()
    try:
        # not activated yet: back-dated loading is open
        await register(database, Provider(iys_code=IYS_CODE, title="Ölçüm A.Ş."), by=_INSTALLER)
        for code in _BRANDS:
            brand = Brand(brand_code=code, iys_code=IYS_CODE, name=f"Ölçüm {code}")
            await put_brand(database, brand, by=_INSTALLER)
        of, named = Belongs(iys_code=IYS_CODE), Named(_USERNAME, password)
        await add_account(database, passwords, of, now=utc_now(), by=_INSTALLER, named=named)
    finally:
        passwords.close()
        await database.close()
    return password


async def _limits_database(url: str) -> str:
    """Make the second database with the same tables and indexes."""
    maintenance = await Database.open(url, role=None)
    try:
        async with maintenance.connection() as connection:
            await connection.execute(SQL["drop_limits"])
            await connection.execute(SQL["create_limits"])
    finally:
        await maintenance.close()
    limits_url = urlunsplit(urlsplit(url)._replace(path="/limits"))
    await migrate(limits_url)
    return limits_url


@asynccontextmanager
async def _served(settings: Settings) -> AsyncIterator[None]:
    """The registry's own processes, as an operator starts them."""
    assert settings.database_url is not None, "the embedded server was started before"
    with (settings.data_folder / "serve.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "izin", "serve"),
            env=environment_of(settings, settings.database_url),
            stdout=log,
            stderr=log,
        )
    try:
        await _until_ready(settings.port)
        yield
    finally:
        process.terminate()
        await process.wait()


async def _until_ready(port: int) -> None:
    deadline = perf_counter() + _READY_S_MAX
    while True:
        try:
            async with Client(port, 1) as client:
                await client.ask(request("GET", "/readyz"))
        except (OSError, RuntimeError):
            if perf_counter() > deadline:
                raise
            await asyncio.sleep(_POLL_S)
        else:
            return


async def _signed_in(port: int, password: str) -> str:
    asked = {"username": _USERNAME, "password": password, "grant_type": "password"}
    async with Client(port, 1) as client:
        body = await client.ask(request("POST", "/oauth2/token", body=msgspec.json.encode(asked)))
    token: str = msgspec.json.decode(body)["access_token"]
    return token


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
