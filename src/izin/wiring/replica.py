"""The replica of a web process, and who asks it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec

from izin.consent.check import Checker
from izin.consent.coalesce import Bounds
from izin.consent.nearest import Nearest, NotedTogether, OwnWrites
from izin.consent.record import Recorder
from izin.consent.together import Together
from izin.storage.database import Database
from izin.storage.replica import Replica, Way
from izin.wiring.parts import Parts
from izin.wiring.roles import WEB
from izin.wiring.settings import Settings


@asynccontextmanager
async def open_replica(settings: Settings) -> AsyncIterator[Replica | None]:
    """Follow the replica that is set while the block runs; None where none is.

    Raises  StartRefusedError: it can never be believed
    """
    if settings.replica_database_url is None:
        yield None
        return
    assert settings.database_url is not None, "the launcher has named a database"
    way = Way(
        primary=settings.database_url,
        replica=settings.replica_database_url,
        role=WEB,
        size_max=settings.pool_size,
    )
    replica = Replica(way, settings.replica_age_s_max)
    try:
        await replica.start()
        following = asyncio.create_task(replica.run())
        try:
            yield replica
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
    finally:
        await replica.close()


class Asking(msgspec.Struct, frozen=True):
    """Who asks and who records; where there is a replica they know of each other.

    reserved  connections of RETs, tokens and parties alone
    """

    reserved: Database
    checker: Checker
    recorder: Recorder
    together: Together


def who_asks(parts: Parts, replica: Replica | None, reserved: Database) -> Asking:
    """Put together who asks and who records in a web process."""
    database, keyring = parts.database, parts.keyring
    recorder = Recorder(keyring)
    if replica is None:
        checker = Checker(database, keyring, Bounds())
        return Asking(reserved, checker, recorder, Together(database, reserved, recorder))
    own = OwnWrites(replica.age_s_max, replica.clock_s)
    checker = Checker(database, keyring, Bounds(), Nearest(database, replica, own))
    together = NotedTogether(database, reserved, recorder, own)
    return Asking(reserved, checker, recorder, together)
