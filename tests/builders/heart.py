"""The heart of the same test's registry: the one writer, the question, the keeper."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from builders.parties import BRAND_CODE, IYS_CODE
from builders.watch import used

from izin.consent import reach
from izin.consent.check import Checker
from izin.consent.coalesce import Bounds
from izin.consent.event import Actor
from izin.consent.model import ConsentKey, Proposal, Verdict
from izin.consent.project import Projector
from izin.consent.record import OnRepeat, Recorder
from izin.core.address import Address, parse_email, parse_phone
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.jobs.keeper import USUAL, Waits
from izin.keyring import Keyring
from izin.ledger.sequence import Sequencer
from izin.storage.database import Database
from izin.wiring.keeper import keeper_of
from izin.wiring.parts import Parts


def phone(number: int) -> Address:
    """An invented person's phone, 0 to 9,999,999."""
    address = parse_phone(used(f"+90599{number:07d}"), sandbox=True)
    assert isinstance(address, Address)
    return address


def email(name: str) -> Address:
    """An invented person's e-mail."""
    address = parse_email(used(f"{name}@posta.example"))
    assert isinstance(address, Address)
    return address


def a_key(number: int = 1, **facts: object) -> ConsentKey:
    """A consumer's phone in our brand's MESAJ."""
    key = ConsentKey(IYS_CODE, BRAND_CODE, Channel.MESAJ, RecipientType.BIREYSEL, phone(number))
    return msgspec.structs.replace(key, **facts)


def a_proposal(
    number: int = 1, *, status: Status = Status.ONAY, ago: timedelta = timedelta(hours=1), **facts
) -> Proposal:
    """A movement of one phone, an hour ago."""
    given = {"source": Source.HS_WEB, "consented_at": datetime.now(UTC) - ago} | facts
    key = given.pop("key", None) or a_key(number)
    return Proposal(key=key, status=status, **given)


class Heart:
    """Records, asks and numbers, on the test's own database."""

    def __init__(self, web: Database, keeper: Database, keys: Keyring, whole: Keyring) -> None:
        self.database = web
        self.keeper_database = keeper
        self.keyring = keys
        self.keeper_keyring = whole
        self.recorder = Recorder(keys)
        self.checker = Checker(web, keys, Bounds())
        self.projector = Projector(keeper, whole)

    async def record(
        self,
        *proposals: Proposal,
        actor: Actor = Actor.PROVIDER,
        on_repeat: OnRepeat = OnRepeat.BY_RULES,
    ) -> list[Verdict]:
        async with self.database.connection() as connection:
            return await self.recorder.record(
                connection, proposals, actor=actor, on_repeat=on_repeat
            )

    async def number_and_project(self) -> None:
        """Bring numbers, the citizens' view and the figures up to now, as the keeper would."""
        async with self.keeper_database.connection() as lease:
            sequencer = Sequencer(self.keeper_database)
            assert await sequencer.begin(lease)
            try:
                while await sequencer.number():
                    pass
                while await self.projector.project(sequencer.epoch):
                    pass
                while await self.projector.count(sequencer.epoch):
                    pass
            finally:
                await lease.execute("select pg_advisory_unlock_all()")


@pytest.fixture
async def heart(database, keeper_database, keyring, keeper_keyring) -> Heart:
    return Heart(database, keeper_database, keyring, keeper_keyring)


@pytest.fixture
def followed(heart, monkeypatch) -> None:
    """While somebody waits for the citizens' view, a keeper has its turn."""
    turn = asyncio.Lock()

    async def keep() -> None:
        async with turn:
            await heart.number_and_project()

    monkeypatch.setattr(reach, "rest", keep)


SOON = Waits(project_s=0.05, count_s=0.1, sweep_s=600)
"""For whoever waits for what was written: nobody hides among others, nothing is old, in a test."""


@asynccontextmanager
async def keeping(parts: Parts, *, waits: Waits = USUAL) -> AsyncIterator[None]:
    """A keeper at work while the block runs."""
    stop = asyncio.Event()
    task = asyncio.create_task(keeper_of(parts, stop, waits=waits).run())
    try:
        yield
    finally:
        stop.set()
        await task


async def until(true: Callable[[], Awaitable[bool]], *, seconds: float = 20) -> None:
    """Wait for a condition, bounded; the condition is asked, never a clock."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110  # the condition lies in the database
            await asyncio.sleep(0.01)  # between two looks
