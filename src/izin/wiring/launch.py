"""The launcher: binds the port, starts the processes, watches them, stops them in order."""

import asyncio
import ctypes
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic

from izin.core.errors import StartRefusedError
from izin.storage.embedded import EmbeddedServer
from izin.storage.migrate import migrate
from izin.wiring.settings import PREFIX, Settings

_LOG = logging.getLogger(__name__)

STOP_S = 30.0
RESTART_S = 1.0
_PR_SET_PDEATHSIG = 1


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The database that the settings name, or the embedded one, started and stopped here."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with EmbeddedServer(settings.data_folder / "database") as server:
        yield server.url


def bind(settings: Settings) -> socket.socket:
    """Take the port before anything else is started.

    Raises  StartRefusedError when somebody has it
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise StartRefusedError(
                f"Port {settings.port} is in use. Stop what listens there, or set "
                f"{PREFIX}PORT to another one."
            ) from error
        raise StartRefusedError(
            f"{settings.host}:{settings.port} cannot be bound: {error.strerror}. "
            f"Set {PREFIX}HOST and {PREFIX}PORT to an address of this machine."
        ) from error
    listening.listen(2048)
    listening.set_inheritable(True)
    return listening


class Launcher:
    """Keeps one keeper and some web processes running."""

    def __init__(self, settings: Settings, url: str, listening: socket.socket) -> None:
        """Take the database's URL and the bound socket, which the children inherit."""
        self._listening = listening
        self._environment = environment_of(settings, url)
        self._commands = [("keeper",)] + [("web", str(listening.fileno()))] * settings.web_processes
        self._stop = asyncio.Event()
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Run until a signal asks to stop; a process that dies is started again."""
        loop = asyncio.get_running_loop()
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_, self._stop.set)
        async with asyncio.TaskGroup() as group:
            for command in self._commands:
                group.create_task(self._keep(command))

    async def _keep(self, command: tuple[str, ...]) -> None:
        while not self._stop.is_set():
            began = monotonic()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "izin.wiring.process",
                *command,
                env=self._environment,
                pass_fds=(self._listening.fileno(),),
                start_new_session=True,  # Ctrl-C reaches us first, and they stop in order
                preexec_fn=_die_with_parent,  # only sets a flag of the kernel
            )
            ended = asyncio.create_task(process.wait())
            stopping = asyncio.create_task(self._stop.wait())
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if self._stop.is_set():
                await _end(process, ended)
                return
            code = await ended
            _LOG.error("a %s process ended with %s; it is started again", command[0], code)
            if monotonic() - began < RESTART_S:
                await asyncio.sleep(RESTART_S)


async def _end(process: asyncio.subprocess.Process, ended: "asyncio.Task[int]") -> None:
    if process.returncode is None:
        process.terminate()
    done, _ = await asyncio.wait({ended}, timeout=STOP_S)
    if not done:
        process.kill()
        await ended


def environment_of(settings: Settings, url: str) -> dict[str, str]:
    """What a child is told: the same settings, and where the database is."""
    own = {
        f"{PREFIX}{name.upper()}": str(value)
        for name in settings.__struct_fields__
        if (value := getattr(settings, name)) is not None
    }
    outer: Mapping[str, str] = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
    return {**outer, **own, f"{PREFIX}DATABASE_URL": url}


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


async def prepare(url: str) -> list[str]:
    """Bring the schema up to this code."""
    return await migrate(url)
