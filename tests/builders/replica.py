"""A real streaming replica of an embedded server: a base backup, then a hot standby."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
from builders.databases import at_database
from builders.heart import a_key

from izin.consent.event import Actor
from izin.consent.model import Proposal, Recorded
from izin.consent.record import OnRepeat, Recorder
from izin.core.terms import Status
from izin.storage import account
from izin.storage.embedded import EmbeddedServer
from izin.storage.migrate import migrate
from izin.storage.replica import Replica, Way
from izin.wiring.parts import Parts, open_parts
from izin.wiring.replica import open_replica, who_asks
from izin.wiring.settings import Settings

SETTINGS = {"max_connections": "50", "shared_buffers": "32MB"}
"""Of a primary and its replicas alike: a replica bears no fewer connections than its primary."""


def a_primary(folder: Path) -> EmbeddedServer:
    """A server that replicas may follow, not yet started."""
    return EmbeddedServer(folder, settings=SETTINGS)


LAST_LOOK_UP = (
    "select max(query_start) from pg_stat_activity"
    " where application_name = 'izin_web' and query like '%from unnest(%'"
)
"""When a process last looked keys up on a server, as the server itself says."""


@contextmanager
def a_replica(primary: EmbeddedServer, folder: Path) -> Iterator[EmbeddedServer]:
    """A hot standby in an empty folder, following a running server until the block ends."""
    folder.mkdir(mode=0o700)
    # the replica's accounts are the primary's, its password too
    shutil.copyfile(primary.folder / "password", folder / "password")
    who = account.choose(folder)
    backup = who.run(
        "pg_basebackup",
        *("-d", at_database(primary.url, "postgres")),
        *("-D", str(who.place / "data"), "--write-recovery-conf"),
        *("--checkpoint=fast", "--wal-method=stream", "--no-sync"),
    )
    assert backup.returncode == 0, backup.stderr
    with EmbeddedServer(folder, settings=SETTINGS) as replica:
        yield replica


class Pair:
    """A primary, a replica of it, and a web process's way of asking and recording."""

    def __init__(
        self,
        servers: tuple[EmbeddedServer, EmbeddedServer],
        settings: Settings,
        parts: Parts,
        replica: Replica,
    ) -> None:
        self.primary, self.standby = servers
        self.settings = settings
        self.parts = parts
        self.replica = replica
        self.asking = who_asks(parts, replica, parts.database)
        self.checker = self.asking.checker

    async def elsewhere(self, *proposals: Proposal) -> None:
        """Have another process record: this one learns of it by asking alone."""
        async with self.parts.database.connection() as connection:
            verdicts = await Recorder(self.parts.keyring).record(
                connection, proposals, actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES
            )
        assert all(isinstance(each, Recorded) for each in verdicts), verdicts

    async def status(self, number: int = 1) -> Status | None:
        """Ask about one phone."""
        standing = await self.checker.standing(a_key(number))
        return None if standing is None else standing.status

    async def who_answers(self, number: int = 1) -> EmbeddedServer:
        """Ask about one phone; the servers themselves say which of them was asked last."""
        before = await on(self.standby, LAST_LOOK_UP)
        await self.status(number)
        after = await on(self.standby, LAST_LOOK_UP)
        return self.primary if before == after else self.standby

    async def is_asked(self) -> bool:
        """Does the replica answer?"""
        return await self.who_answers() is self.standby


async def on(server: EmbeddedServer, statement: str) -> object:
    """Run a statement of the server's administrator."""
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def a_pair(folder: Path, **settings: float) -> AsyncIterator[Pair]:
    """A new registry with a replica that follows it, on servers of their own."""
    with a_primary(folder / "primary") as primary:
        await migrate(primary.url)
        with a_replica(primary, folder / "replica") as standby:
            given = Settings(
                database_url=primary.url,
                replica_database_url=standby.url,
                data_folder=folder,
                pool_size=6,
                **settings,
            )
            async with open_parts(given, role="izin_web") as parts, open_replica(given) as replica:
                assert replica is not None
                yield Pair((primary, standby), given, parts, replica)


@asynccontextmanager
async def watched(
    primary: str, replica: str, age_s_max: float = 0.8, **clock: Callable[[], float]
) -> AsyncIterator[Replica]:
    """A replica that was looked at once and is looked at again when it is told to."""
    opened = Replica(Way(primary, replica, "izin_web", 2), age_s_max, **clock)
    try:
        await opened.start()
        yield opened
    finally:
        await opened.close()
