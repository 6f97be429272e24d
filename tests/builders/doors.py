"""Ways to change one citizen's consents, each in a transaction of its own, and what came of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from builders.heart import phone
from builders.parties import BRAND_CODE
from builders.visitor import RECEIPT

from izin.citizen.acts import Act, acts_of
from izin.citizen.call import Call
from izin.citizen.change import Left, change
from izin.citizen.mine import Sheet, sheet
from izin.citizen.parts import JOB, Changing
from izin.citizen.progress import progress_of
from izin.citizen.records import Place
from izin.consent.record import Recorder
from izin.core.clock import utc_now
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.queue.queue import Queue
from izin.receipt.issue import check, proven_by
from izin.shortcode.answer import Tools, answer

ROUNDS = 4
MESAJ = Place(BRAND_CODE, Channel.MESAJ, RecipientType.BIREYSEL)
MERCHANTS = Place(BRAND_CODE, Channel.MESAJ, RecipientType.TACIR)
CALLS = Place(BRAND_CODE, Channel.ARAMA, RecipientType.BIREYSEL)


class Doors:
    """Ways to change her consents, each in a transaction of its own."""

    def __init__(self, database, keeper_database, keyring) -> None:
        self.database = database
        self.keyring = keyring
        self.recorder = Recorder(keyring)
        self.work = Queue(keeper_database, {JOB: Changing(keyring, self.recorder)})

    async def do(self, verb, *, source=Source.IYS_WEB, since: datetime | None = None, **wanted):
        """Do what a page, a link or a call does."""
        async with self.database.transaction() as connection:
            return await verb(self.on(connection, source, since), **wanted)

    def on(self, connection, source=Source.IYS_WEB, since: datetime | None = None) -> Call:
        return Call(
            connection=connection,
            keyring=self.keyring,
            recorder=self.recorder,
            address=phone(1),
            source=source,
            since=since,
        )

    async def write(self, text: str) -> str:
        """Write to 3338."""
        tools = Tools(self.keyring, self.recorder)
        return await answer(self.database, tools, phone(1), text, now=utc_now())

    async def wish(self, to: Status, place: Place = MESAJ, **facts) -> Act | Left:
        return await self.do(partial(change, wishes={place: to}), **facts)

    async def work_all(self) -> None:
        """Do the jobs, two at a time."""
        while jobs := await self.work.claim(2):
            await asyncio.gather(*(self.work.work(each) for each in jobs))

    async def acts(self) -> list[Act]:
        async with self.database.connection() as connection:
            return await acts_of(self.on(connection))

    async def sheet(self) -> Sheet:
        """What of hers is given for paper."""

        @asynccontextmanager
        async def opening() -> AsyncIterator[Call]:
            async with self.database.connection() as connection:
                yield self.on(connection)

        given = await sheet(opening, 1, now=utc_now(), lines_max=100)
        assert given is not None
        return given

    async def came_to(self, act: Act) -> int:
        async with self.database.connection() as connection:
            return len((await progress_of(self.on(connection), act)).events)

    async def proven(self, told: str) -> int:
        """How many refusals a reply's receipt proves."""
        found = RECEIPT.search(told)
        if found is None:
            return 0
        async with self.database.connection() as connection:
            return len((await proven_by(connection, self.keyring, found[0])).events)

    async def is_valid(self, act: Act) -> bool:
        async with self.database.connection() as connection:
            return await check(connection, self.keyring, act.receipt) is not None


async def events(owner) -> int:
    return await owner.fetchval("select count(*) from consent_event")


async def receipts(owner) -> int:
    return await owner.fetchval("select count(*) from receipt_number")


async def statuses(owner) -> Counter[str]:
    rows = await owner.fetch("select status::text as status from provider_consent")
    return Counter(row["status"] for row in rows)
