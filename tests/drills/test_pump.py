"""Somebody earns by texts to ten thousand adjacent numbers: what it costs the registry in a day.

People's and companies' doors are both asked for every number, from a network and by a company that
is new each time, so that no budget but the numbers' own can hold. What counts is what reaches the
operator. Source: security T12, promise 30
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from builders.heart import until
from builders.operator import PASSWORD, SYSTEM_ID, operator

from izin.admission.limiter import TooManyError
from izin.citizen.session import Citizens
from izin.core.address import Address, AddressKind
from izin.i18n.catalogue import Language
from izin.proof.model import Asked, Purpose
from izin.proof.send import send
from izin.simulator.smsc import Smsc
from izin.wiring.courier import courier_of
from izin.wiring.parts import open_message_parts, open_parts
from izin.wiring.settings import Settings

FIRST, COUNT = 7_654_321, 10_000
"""They lie in two of the blocks that budgets are of, as any ten thousand but one do."""

MESSAGES_MAX = 250
"""Source: security, promise 30."""

HOURS = 4
"""After so many a day's budgets are used up, too."""

AT_ONCE = 4


def numbers(count: int) -> Iterator[Address]:
    drawn = random.Random(7).sample(range(FIRST, FIRST + COUNT), count)
    return (Address(f"+90599{each:07d}", AddressKind.PHONE) for each in drawn)


@pytest.fixture
async def supplier() -> AsyncIterator[Smsc]:
    async with operator() as smsc:
        yield smsc


@pytest.fixture
def settings(fresh_database, tmp_path, root, supplier) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        smpp_urls=f"smpp://{SYSTEM_ID}:{PASSWORD}@127.0.0.1:{supplier.port}",
        pool_size=AT_ONCE,
    )


class Pump:
    """Asks for codes to numbers, by either door."""

    def __init__(self, database, keyring) -> None:
        self.database, self.keyring = database, keyring
        self.citizens = Citizens(database, keyring)
        self.asked = 0

    async def along(self, phones: Iterator[Address]) -> None:
        async with asyncio.TaskGroup() as pumps:
            for _ in range(AT_ONCE):
                pumps.create_task(self._along(phones))

    async def _along(self, phones: Iterator[Address]) -> None:
        for phone in phones:
            self.asked += 1
            network = f"198.18.{self.asked // 250 % 250}.{self.asked % 250}"
            with suppress(TooManyError):
                await self.citizens.begin(
                    phone, language=Language.TR, network=network, now=datetime.now(UTC)
                )
            with suppress(TooManyError):
                await self._by_a_company(phone)

    async def _by_a_company(self, phone: Address) -> None:
        asked = Asked(
            to=phone,
            purpose=Purpose.CONSENT,
            bound=b"a pump",
            words="sign_in_code",
            values={},
            language=Language.TR,
            sender=f"company:{self.asked % 1000}",
        )
        async with self.database.transaction() as connection:
            keys, sealer = self.keyring.proofs, self.keyring.message_sealer
            await send(connection, keys, sealer, asked, now=datetime.now(UTC))


@pytest.mark.drill
async def test_ten_thousand_adjacent_numbers_cost_no_more_than_is_promised(
    settings, supplier, owner
):
    stop = asyncio.Event()
    async with (
        open_parts(settings, role="izin_citizen") as parts,
        open_message_parts(settings) as messages,
        asyncio.TaskGroup() as courier,
    ):
        courier.create_task(courier_of(messages, settings, stop).run())
        pump = Pump(parts.database, parts.keyring)
        await pump.along(numbers(COUNT))
        for _ in range(HOURS):  # and goes on, hour after hour of the same day
            await owner.execute(
                "update budget set window_started_at = window_started_at - interval '61 minutes'"
            )
            await pump.along(numbers(COUNT // 10))

        async def is_all_sent() -> bool:
            return await owner.fetchval("select count(*) = 0 from job")

        await until(is_all_sent)
        stop.set()
    written = await owner.fetchval("select count(*) from message")
    arrived = sum(len(supplier.inbox(each.clear)) for each in numbers(COUNT))
    print(f"{pump.asked * 2:,} asked for, {arrived} reached the operator")  # noqa: T201
    assert arrived == written
    assert arrived <= MESSAGES_MAX
    assert arrived >= MESSAGES_MAX // 5, "it was a pump"
