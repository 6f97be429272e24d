"""The database dies under its writers: what was acknowledged is there, once, and numbered."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from builders.databases import cut_off
from builders.heart import a_proposal, keeping, until

from izin.consent.event import Actor
from izin.consent.model import Proposal, Recorded, Repeated
from izin.consent.record import OnRepeat, Recorder
from izin.core.errors import UnavailableError
from izin.storage.embedded import EmbeddedServer
from izin.storage.migrate import migrate
from izin.wiring.parts import Parts, open_parts
from izin.wiring.settings import Settings

WRITERS = 8
ROUND_MOVEMENTS = 60


class Registry:
    """Writers on one server, a keeper behind them, and what they were told."""

    def __init__(self, server: EmbeddedServer, web: Parts) -> None:
        self.server = server
        self.web = web
        self.recorder = Recorder(web.keyring)
        self.numbers = count(1)
        self.told: dict[str, Proposal] = {}
        self.proposals = 0

    async def record(self, proposal: Proposal) -> None:
        async with self.web.database.connection() as connection:
            [verdict] = await self.recorder.record(
                connection, [proposal], actor=Actor.PROVIDER, on_repeat=OnRepeat.ANSWER
            )
        assert isinstance(verdict, (Recorded, Repeated)), verdict
        assert self.told.setdefault(verdict.transaction_id, proposal) is proposal

    async def write(self) -> Proposal:
        """Write until the server is away; give the movement whose fate is unknown."""
        while True:
            self.proposals += 1
            at = datetime.now(UTC) - timedelta(hours=1)
            proposal = a_proposal(next(self.numbers), consented_at=at)
            try:
                await self.record(proposal)
            except UnavailableError:
                return proposal

    async def send_again(self, proposal: Proposal) -> None:
        async def is_taken() -> bool:
            try:
                await self.record(proposal)
            except UnavailableError:
                return False
            return True

        await until(is_taken, seconds=60)

    async def survives(self, kill: str) -> None:
        """One round: write, die in the midst of it, come back, send again what had no answer."""
        enough = len(self.told) + ROUND_MOVEMENTS
        writers = [asyncio.create_task(self.write()) for _ in range(WRITERS)]

        async def is_under_way() -> bool:
            return len(self.told) >= enough

        await until(is_under_way, seconds=60)
        if kill == "server":
            cut_off(self.server.pid)
        else:
            os.kill(await self.a_backend(kill), signal.SIGKILL)
        unknown = await asyncio.gather(*writers)
        if kill == "server":
            await asyncio.to_thread(self.server.stop)
            await asyncio.to_thread(self.server.start)
        for proposal in unknown:
            await self.send_again(proposal)

    async def a_backend(self, role: str) -> int:
        backend = "select max(pid) from pg_stat_activity where application_name = $1"
        async with self.web.database.connection() as connection:
            return await connection.fetchval(backend, role)

    async def is_right(self) -> None:
        """Every receipt is found, none has a twin, and the numbers have no gap."""
        told = len(self.told)
        assert told == self.proposals
        async with self.web.database.connection() as connection:
            found = await connection.fetch("select commitment from consent_event")
            assert {row["commitment"].hex() for row in found} == set(self.told)
            assert len(found) == told
            assert await connection.fetchval("select sum(version) from provider_consent") == told

            async def is_projected() -> bool:
                return await connection.fetchval("select counted_idx from sequence_head") == told

            await until(is_projected, seconds=60)
            numbers = await connection.fetch("select idx from entry order by idx")
            assert [row["idx"] for row in numbers] == list(range(1, told + 1))
            distinct = "select count(distinct event_id) from entry"
            assert await connection.fetchval(distinct) == told
            assert await connection.fetchval("select sum(approvals) from brand_figure") == told


@asynccontextmanager
async def a_registry(folder, root) -> AsyncIterator[Registry]:
    with EmbeddedServer(folder) as server:
        await migrate(server.url)
        settings = Settings(database_url=server.url, data_folder=root, pool_size=WRITERS)
        async with (
            open_parts(settings, role="izin_web") as web,
            open_parts(settings, role="izin_keeper") as parts,
            keeping(parts),
        ):
            yield Registry(server, web)


async def test_what_was_acknowledged_outlives_twenty_kills(quick_folder, tmp_path):
    async with a_registry(quick_folder, tmp_path) as registry:
        for _ in range(20):
            await registry.survives("server")
        await registry.is_right()


@pytest.mark.drill
async def test_what_was_acknowledged_outlives_two_hundred_kills(quick_folder, tmp_path):
    async with a_registry(quick_folder, tmp_path) as registry:
        for turn in range(200):
            await registry.survives(("server", "izin_web", "izin_keeper")[turn % 3])
            await registry.is_right()
