"""The launcher: binds the port, starts the processes, watches them, stops them in order."""

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic
from typing import NamedTuple

import msgspec

from izin.core.errors import StartRefusedError
from izin.storage.logins import give_login
from izin.storage.room import open_to_writes
from izin.vault.provider import see_that_a_file_will_do
from izin.wiring.accepting import Shares, common_memory
from izin.wiring.database import Opened, database_of
from izin.wiring.roles import BY_PROCESS
from izin.wiring.room import Room
from izin.wiring.settings import EVERYWHERE, PREFIX, Mode, Settings

_LOG = logging.getLogger(__name__)

REFUSED = 78
"""Exit status of a process that will not start like this: starting it again would not help."""

STOP_S = 30.0
"""How long a process may take to finish what it has begun."""

RESTART_S = 1.0
RESTART_S_MAX = 30.0
"""Pauses double between them while a process keeps dying young."""

READY_S_MAX = 120.0
_POLL_S = 0.05
_DATABASE_POLL_S = 0.5

Prepare = Callable[[str], Awaitable[None]]
Told = Callable[[str], Awaitable[None]]


def serve(settings: Settings, *, prepare: Prepare, ready: Told) -> None:
    """Run the registry until a signal asks to stop: database, keeper, web processes.

    Takes   prepare: gets the database's URL before any process starts · ready: gets the address
            once it answers
    Raises  StartRefusedError: the port or the data folder is in use, a process would not start, or
            none ever could with these settings
    """
    see_that_a_file_will_do(production=settings.mode is Mode.PRODUCTION)  # before one is made
    with (
        _listening(settings, Place("PORT", settings.port)) as api,
        _listening(settings, Place("DESK_PORT", settings.port_of_desk)) as desk,
        _listening(settings, Place("CITIZEN_PORT", settings.port_of_citizens)) as citizen,
        _listening(settings, Place("AGENT_PORT", settings.port_of_agents)) as agent,
        _outside(settings) as outside,
        _told_to_stop(),
        database_of(settings) as opened,
    ):
        asyncio.run(
            _Launch(settings, opened, Doors(api, desk, citizen, agent, outside)).run(prepare, ready)
        )


class Place(NamedTuple):
    """A port, and the setting that names it."""

    setting: str
    port: int


class Doors(NamedTuple):
    """The sockets on which calls come in: the contract API's, the desk's and so on."""

    api: socket.socket
    desk: socket.socket
    citizen: socket.socket
    agent: socket.socket
    outside: socket.socket | None = None

    @property
    def all(self) -> list[socket.socket]:
        """Those that there are."""
        return [each for each in self if each is not None]


@contextmanager
def _outside(settings: Settings) -> Iterator[socket.socket | None]:
    if settings.outside_port is None:
        yield None
        return
    with _listening(settings, Place("OUTSIDE_PORT", settings.outside_port)) as bound:
        yield bound


@contextmanager
def _listening(settings: Settings, place: Place) -> Iterator[socket.socket]:
    listening = bind(settings, place)
    try:
        yield listening
    finally:
        listening.close()


def bind(settings: Settings, place: Place) -> socket.socket:
    """Take a port before anything else is started.

    Raises  StartRefusedError when somebody has it
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, place.port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise StartRefusedError(
                f"Port {place.port} is in use. Stop what listens there, or set "
                f"{PREFIX}{place.setting} to another one."
            ) from error
        raise StartRefusedError(
            f"{settings.host}:{place.port} cannot be bound: {error.strerror}. "
            f"Set {PREFIX}HOST and {PREFIX}{place.setting} to an address of this machine."
        ) from error
    listening.listen(2048)
    listening.set_inheritable(True)
    return listening


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """A polite kill ends the start as Ctrl-C does, in order and with everything put away."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        _LOG.info("stopped before it was ready")
    finally:
        signal.signal(signal.SIGTERM, before)


class _Child(msgspec.Struct, frozen=True):
    """A process that is kept: what it is told, what it inherits, what is done when it has ended."""

    words: tuple[str, ...]
    descriptors: tuple[int, ...] = ()
    ended: Callable[[], None] = lambda: None

    @property
    def kind(self) -> str:
        """What it does."""
        return self.words[0]


class _Launch:
    """One run: from the prepared database to the last process's end."""

    def __init__(self, settings: Settings, opened: Opened, doors: Doors) -> None:
        self._settings = settings
        self._opened = opened
        self._listening = doors.api
        self._doors = doors
        self._urls = dict.fromkeys(BY_PROCESS, opened.url)
        self._urls["web"] = settings.web_database_url or opened.url
        self._stop = asyncio.Event()
        self._webs_ended = asyncio.Event()
        self._refusal: str | None = None

    async def run(self, prepare: Prepare, ready: Told) -> None:
        loop = asyncio.get_running_loop()
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_, self._stop.set)
        if self._opened.server is not None:
            await open_to_writes(self._opened.url)  # a full disk may have closed it the last time
        if not await _unless(self._stop, prepare(self._opened.url)):
            return
        await self._give_logins()
        async with asyncio.TaskGroup() as group:
            for _ in range(self._settings.keeper_processes):
                group.create_task(self._keep(_Child(("keeper",)), self._webs_ended))
            group.create_task(self._keep(_Child(("courier",)), self._webs_ended))
            group.create_task(self._keep_webs())
            for kind in ("desk", "citizen", "agent", "outside"):
                door = getattr(self._doors, kind)
                if door is not None:
                    child = _Child((kind, str(door.fileno())), (door.fileno(),))
                    group.create_task(self._keep(child, self._stop))
            group.create_task(_unless(self._stop, self._keep_database()))
            group.create_task(_unless(self._stop, self._keep_room()))
            group.create_task(self._tell(ready))
            group.create_task(self._close_door())
        if self._refusal is not None:
            raise StartRefusedError(self._refusal)

    async def _give_logins(self) -> None:
        """On a server of our own each process signs in as itself and can become nobody else."""
        if self._opened.server is None:
            return
        for kind in self._urls:
            self._urls[kind] = await give_login(self._opened.url, BY_PROCESS[kind])

    async def _keep_webs(self) -> None:
        """No request may come in while the keeper goes: what they leave behind is its work."""
        count = self._settings.web_processes
        try:
            with common_memory(count) as memory:
                shares = Shares.at(memory)
                descriptors = (self._listening.fileno(), memory)
                async with asyncio.TaskGroup() as webs:
                    for place in range(count):
                        words = ("web", *map(str, descriptors), str(place))
                        web = _Child(words, descriptors, partial(shares.leave, place))
                        webs.create_task(self._keep(web, self._stop))
        finally:
            self._webs_ended.set()

    async def _keep(self, child: "_Child", stop: asyncio.Event) -> None:
        """Start a process again whenever it ends by itself, at longer pauses if it keeps dying."""
        pause_s = 0.0
        while not stop.is_set():
            began = monotonic()
            try:
                process = await self._start(child)
            except OSError as error:  # no memory, no file: the others go on
                pause_s = pause_after(pause_s, 0.0)
                _LOG.error("no %s process could be started: %s", child.kind, error.strerror)
                await _unless(stop, asyncio.sleep(pause_s))
                continue
            code = await _ended_by_itself(process, stop)
            child.ended()
            if code is None:
                return
            if code == REFUSED:
                self._give_up(f"The {child.kind} process would not start; it says why above.")
                return
            pause_s = pause_after(pause_s, monotonic() - began)
            _LOG.error(
                "a %s process ended with %s; it is started again in %.0f s",
                child.kind,
                code,
                pause_s,
            )
            await _unless(stop, asyncio.sleep(pause_s))

    async def _start(self, child: "_Child") -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "izin.wiring.process",
            str(os.getpid()),
            *child.words,
            env=environment_of(self._settings, self._urls.get(child.kind)),
            pass_fds=child.descriptors,
            start_new_session=True,  # Ctrl-C reaches us first, and they stop in order
        )

    async def _keep_room(self) -> None:
        server = self._opened.server
        if server is not None:
            reserve_mb = self._settings.disk_reserve_mb
            await Room(self._opened.url, reserve_mb, lambda: server.free_bytes).keep()

    async def _keep_database(self) -> None:
        """Start the embedded server again whenever it ends by itself; the others reconnect.

        One that cannot start, for want of room perhaps, is tried again as long as it takes.
        """
        server = self._opened.server
        pause_s = 0.0
        while server is not None:
            began = monotonic()
            while server.is_running:  # noqa: ASYNC110 # another process's end
                await asyncio.sleep(_DATABASE_POLL_S)
            pause_s = pause_after(pause_s, monotonic() - began)
            _LOG.error(
                "the embedded PostgreSQL has ended; %s says why; it is started again in %.0f s",
                server.folder / "server.log",
                pause_s,
            )
            await asyncio.sleep(pause_s)
            try:
                await asyncio.to_thread(server.start_again)
            except (StartRefusedError, OSError) as error:  # a full disk shows as either
                _LOG.error("%s", error)

    async def _close_door(self) -> None:
        """Whoever comes while all end is refused, and does not wait for an answer of nobody."""
        await self._stop.wait()
        for door in self._doors.all:
            door.close()

    async def _tell(self, ready: Told) -> None:
        try:
            async with asyncio.timeout(READY_S_MAX):
                for door in self._doors.all:
                    if not await _unless(self._stop, until_ready(door)):
                        return
        except TimeoutError:
            self._give_up(f"Nothing answered within {READY_S_MAX:.0f} seconds of the start.")
            return
        await _unless(self._stop, ready(address_of(self._listening)))

    def _give_up(self, why: str) -> None:
        self._refusal = self._refusal or why
        self._stop.set()


def pause_after(last_s: float, lived_s: float) -> float:
    """None after a life that outlasted the pause before it, else twice that pause."""
    if lived_s > max(2 * last_s, RESTART_S):
        return 0.0
    return min(max(2 * last_s, RESTART_S), RESTART_S_MAX)


async def _unless(stop: asyncio.Event, work: Awaitable[None]) -> bool:
    """Do work, or drop it when told to stop. Gives whether it was done."""
    doing, stopping = asyncio.ensure_future(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            await doing
            return True
        return False
    finally:
        for task in (doing, stopping):
            task.cancel()
        await asyncio.gather(doing, stopping, return_exceptions=True)


async def _ended_by_itself(process: asyncio.subprocess.Process, stop: asyncio.Event) -> int | None:
    """Wait for a process; end it in order when told to stop, and give None then."""
    ended, stopping = asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            return await ended
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait({ended}, timeout=STOP_S)
        return None
    finally:
        stopping.cancel()
        if not ended.done():
            with suppress(ProcessLookupError):
                process.kill()
        await asyncio.wait({ended})


async def until_ready(listening: socket.socket) -> None:
    """Wait until a process answers /readyz with 200."""
    while not await _answers(*_reached_at(listening)):  # noqa: ASYNC110 # another process's doing
        await asyncio.sleep(_POLL_S)


async def _answers(host: str, port: int) -> bool:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"GET /readyz HTTP/1.1\r\nhost: izin\r\nconnection: close\r\n\r\n")
        first = await reader.readline()
    except ConnectionError:  # the process that took it has died: the next one may live
        return False
    else:
        return b" 200 " in first
    finally:
        writer.close()


def address_of(listening: socket.socket) -> str:
    """Where a client on this machine reaches the API."""
    host, port = _reached_at(listening)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _reached_at(listening: socket.socket) -> tuple[str, int]:
    host, port = listening.getsockname()[:2]
    return EVERYWHERE.get(host, host), port


def environment_of(settings: Settings, url: str | None) -> dict[str, str]:
    """What a child is told: the same settings, and its own way to the database."""
    told = msgspec.structs.replace(settings, database_url=url, web_database_url=None)
    own = {
        f"{PREFIX}{name.upper()}": str(value)
        for name, value in msgspec.structs.asdict(told).items()
        if value is not None
    }
    return {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)} | own
