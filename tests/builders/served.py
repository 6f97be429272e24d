"""A registry as an operator has it: `izin serve` on its own database, data folder and port."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import msgspec
import psutil
from builders.command import Command, environment, free_port
from builders.lines import Lines
from builders.parties import BRAND_CODE, IYS_CODE, OTHER_BRAND_CODE, PASSWORD, USERNAME, Given
from builders.watch import used

from izin.cli.bench.load import request
from izin.core.clock import wire_time
from izin.core.errors import StartRefusedError
from izin.member.passwords import Passwords
from izin.storage.database import Database
from izin.storage.embedded import EmbeddedServer
from izin.storage.migrate import migrate

DATABASE = "database"
BRAND = f"/sps/{IYS_CODE}/brands/{BRAND_CODE}"
OTHER_BRAND = f"/sps/{IYS_CODE}/brands/{OTHER_BRAND_CODE}"
_ANYBODY = 9_000_000
_LONG_AGO = datetime(2024, 3, 1, tzinfo=UTC)
_encode = msgspec.json.encode


def a_wire_row(number: int, *, status: str = "ONAY", later_s: int = 0) -> dict[str, str]:
    """The movement of one invented phone, always the same; a later one overrules it."""
    return {
        "recipient": used(f"+90599{number:07d}"),
        "type": "MESAJ",
        "source": "HS_WEB",
        "status": status,
        "consentDate": wire_time(_LONG_AGO + timedelta(seconds=later_s)),
        "recipientType": "BIREYSEL",
    }


def _of_people(one: bytes, numbers: Iterable[int]) -> Iterator[bytes]:
    """The same call about each of these people."""
    before, after = one.split(b"%07d" % _ANYBODY)  # it stands there once, or these are too many
    return (b"%b%07d%b" % (before, number, after) for number in numbers)


class Served:
    """One `izin serve`, which may be killed and started again over the same data."""

    def __init__(
        self, folder: Path, *, settings: Mapping[str, str] | None = None, under: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.token = ""
        self._settings = {"IZIN_LOG_LEVEL": "INFO"} | dict(settings or {})
        self._under = under
        self._commands: list[Command] = []

    async def prepare(self) -> None:
        """Enter a company with two brands and an API user before anything is served."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with EmbeddedServer(self.folder / DATABASE) as server:
            await migrate(server.url)
            operator = await Database.open(server.url, role="izin_operator")
            passwords = Passwords()
            try:
                given = Given(operator, passwords)
                await given.provider(IYS_CODE)  # not activated yet: any date is taken
                await given.brand(BRAND_CODE, of=IYS_CODE)
                await given.brand(OTHER_BRAND_CODE, of=IYS_CODE)
                await given.api_user(USERNAME, of=IYS_CODE)
            finally:
                passwords.close()
                await operator.close()

    async def start(self) -> None:
        """Start it, wait until it answers, and sign in if nobody has.

        Raises  StartRefusedError
        """
        command = Command(
            "serve",
            "--json",
            folder=self.folder,
            port=self.port,
            settings=self._settings,
            under=self._under,
        )
        self._commands.append(command)
        answer = await asyncio.to_thread(command.answer)
        if "base_url" not in answer:
            raise StartRefusedError(str(answer))
        if not self.token:
            await self.sign_in()

    async def sign_in(self) -> None:
        asked = {"username": USERNAME, "password": PASSWORD, "grant_type": "password"}
        async with Lines(self.port, 1) as lines:
            answer = await lines.ask(request("POST", "/oauth2/token", body=_encode(asked)))
        assert answer.status == 200, answer
        self.token = json.loads(answer.body)["access_token"]

    @property
    def command(self) -> Command:
        return self._commands[-1]

    def said(self) -> str:
        """What all of its runs have written into the log."""
        return self.command.said()

    def close(self) -> None:
        """Stop it in order."""
        if self._commands and self.command.process.poll() is None:
            self.command.stop(signal.SIGTERM)
        for command in self._commands:
            command.close()

    # --- its processes

    def web(self) -> list[psutil.Process]:
        return [each for each in self.command.tree() if "web" in _line(each)]

    def keeper(self) -> list[psutil.Process]:
        return [each for each in self.command.tree() if "keeper" in _line(each)]

    def database(self) -> list[psutil.Process]:
        """PostgreSQL, the postmaster first."""
        found = [each for each in self.command.tree() if _name(each) == "postgres"]
        return sorted(found, key=_depth)

    # --- what is asked of it

    def post(self, path: str, body: object) -> bytes:
        return request("POST", path, token=self.token, body=_encode(body))

    def get(self, path: str) -> bytes:
        return request("GET", path, token=self.token)

    def add(self, number: int, **facts: Any) -> bytes:
        """Add one movement, by the operation that answers a repeat with its first receipt."""
        return self.post(f"/v2{BRAND}/consents", a_wire_row(number, **facts))

    def adds(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Single adds, cheaply made."""
        return _of_people(self.add(_ANYBODY), numbers)

    def singles(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Single questions, cheaply made."""
        return _of_people(self.question(_ANYBODY), numbers)

    def add_batch(self, numbers: Iterable[int], **facts: Any) -> bytes:
        rows = [a_wire_row(number, **facts) for number in numbers]
        return self.post(f"/v2{BRAND}/consents/request", rows)

    def results(self, request_id: str) -> bytes:
        return self.get(f"/v2{BRAND}/consents/request/{request_id}")

    def question(self, number: int) -> bytes:
        asked = {"recipient": f"+90599{number:07d}", "recipientType": "BIREYSEL", "type": "MESAJ"}
        return self.post(f"{BRAND}/consents/status", asked)

    def questions(self, numbers: Iterable[int]) -> bytes:
        asked = {"recipients": [f"+90599{number:07d}" for number in numbers]}
        return self.post(f"{BRAND}/consents/BIREYSEL/status/MESAJ", asked)

    # --- what an operator sees

    def url(self) -> str:
        """The database as its owner reaches it."""
        url: str = json.loads((self.inside / "running.json").read_bytes())["url"]
        return url.replace("host=", f"host={quote(self._root, safe='')}")

    @property
    def _root(self) -> str:
        """How the files of one that runs in a namespace of its own are reached."""
        return f"/proc/{self.command.process.pid}/root" if self._under else ""

    @property
    def inside(self) -> Path:
        """The data folder as it sees it."""
        return Path(f"{self._root}{self.folder}")

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.url())
        try:
            yield connection
        finally:
            await connection.close(timeout=5)

    async def run(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run another command beside it. Gives its exit code and what it answered."""
        space = f"--mount=/proc/{self.command.process.pid}/ns/mnt"
        under = ("nsenter", space) if self._under else ()
        process = await asyncio.create_subprocess_exec(
            *(*under, sys.executable, "-m", "izin", *arguments, "--json"),
            env=environment(self.folder, self.port),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        told, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, json.loads(told)


@asynccontextmanager
async def served(
    folder: Path, *, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Served]:
    """A registry with its company, signed in."""
    registry = Served(folder, settings=settings)
    await registry.prepare()
    try:
        await registry.start()
        yield registry
    finally:
        registry.close()


def _line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def _depth(process: psutil.Process) -> int:
    try:
        return len(process.parents())
    except psutil.NoSuchProcess:  # a worker of the server's own, say
        return 1_000


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""
