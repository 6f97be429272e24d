"""One address with 120,000 records, as hostile companies could make it: she still acts.

Nobody has so many. What is bounded stays so: pages, memory, transactions; a refusal of everything
is begun while she waits, and worked through in parts.
"""

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders.heart import a_key, a_proposal, phone
from builders.parties import BRAND_CODE, IYS_CODE
from builders.visitor import ME, Visitor

from izin.citizen.call import Call
from izin.citizen.claim import claim
from izin.citizen.parts import JOB, Changing
from izin.consent import close_lines
from izin.consent.record import Recorder
from izin.core.clock import utc_now
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, RecipientType, Source
from izin.queue.queue import Queue
from izin.shortcode.answer import Tools, answer
from izin.wiring.citizen import open_citizens
from izin.wiring.garbage import look_for_cycles_seldom
from izin.wiring.settings import Settings

RECORDS = int(os.environ.get("DRILL_RECORDS", "120000"))
COMPANIES = 20
A_BATCH = 1000
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES / 2**20


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Say how long it took, and how much memory it had more than before at its height."""
    before, peak, done = resident_mib(), [resident_mib()], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            peak.append(resident_mib())

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.monotonic()
    try:
        yield
    finally:
        took = time.monotonic() - began
        done.set()
        watching.join()
        print(f"{what}: {took:.2f} s, {max(peak) - before:.0f} MiB", flush=True)  # noqa: T201


@pytest.fixture
def settings(fresh_database, tmp_path, root) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        pool_size=4,
    )


async def brands_of(owner, given) -> list[tuple[IysCode, BrandCode]]:
    """So many that six records at each are RECORDS."""
    await given.provider()
    await given.brand(BRAND_CODE)
    for company in range(1, COMPANIES):
        await given.provider(IYS_CODE + company * 10)
    count = -(-RECORDS // 6)
    rows = [
        (BRAND_CODE + 1000 + each, IYS_CODE + each % COMPANIES * 10, f"Marka {each}")
        for each in range(count)
    ]
    await owner.executemany(
        "insert into brand (brand_code, iys_code, name, changed_in) values ($1, $2, $3, 1)", rows
    )
    return [(IysCode(of), BrandCode(code)) for code, of, _ in rows]


async def lay_out(owner, given, heart) -> None:
    keys = [
        a_key(1, iys_code=of, brand_code=code, channel=channel, recipient_type=kind)
        for of, code in await brands_of(owner, given)
        for channel in Channel
        for kind in RecipientType
    ][:RECORDS]
    for at in range(0, len(keys), A_BATCH):
        await heart.record(*(a_proposal(key=key) for key in keys[at : at + A_BATCH]))
    await heart.number_and_project()
    await owner.execute("analyze")


@pytest.mark.drill
async def test_she_acts_on_very_many_records(settings, given, heart, owner, keeper_database):
    keyring, keeper_keyring = heart.keyring, heart.keeper_keyring
    look_for_cycles_seldom()  # as every process of the registry does
    with measured("laid out"):
        await lay_out(owner, given, heart)
    async with open_citizens(settings) as app:
        visitor = Visitor(app, owner, keyring)
        with measured("sign-in and first page"):
            await visitor.sign_in(ME)
        paths = ("/consents", "/consents?page=3", "/consents?status=ONAY", "/consents?status=RET")
        for path in (*paths, "/number", "/refuse", "/data", "/acts"):
            with measured(path):
                assert (await visitor.get(path)).status_code == 200
        for form in ("json", "csv", "pdf"):
            with measured(form):
                answer = await visitor.client.get(f"/data/izinlerim.{form}")
            print(f"  {answer.status_code}, {len(answer.content):,} bytes")  # noqa: T201
        await visitor.get("/refuse/review?channel=&recipient=")
        with measured("begin to refuse all"):
            await visitor.send("/refuse")
        assert await owner.fetchval("select count(*) from job where name = $1", JOB) == -(
            -RECORDS // 1000
        )
        changing = Changing(keeper_keyring, Recorder(keeper_keyring))
        queue = Queue(keeper_database, {JOB: changing})
        with measured("all parts"):
            while jobs := await queue.claim(1):
                await queue.work(jobs[0])
        left = await owner.fetchval("select count(*) from provider_consent where status = 'ONAY'")
        assert left == 0
        for path in ("/acts", "/consents", "/consents?status=RET"):
            with measured(path):
                await visitor.get(path)
        await visitor.client.aclose()


@pytest.mark.drill
async def test_3338_a_claim_and_a_closed_line_reach_very_many_records(
    given, heart, owner, keeper_database, citizen_database
):
    keyring = heart.keeper_keyring
    recorder = Recorder(keyring)
    look_for_cycles_seldom()
    with measured("laid out"):
        await lay_out(owner, given, heart)
    jobs = {
        JOB: Changing(keyring, recorder),
        close_lines.JOB: close_lines.ClosingLines(keyring, recorder, nobody_hears),
    }
    work = Queue(keeper_database, jobs)

    async def work_all() -> None:
        while some := await work.claim(1):
            await work.work(some[0])

    async def left(channel: str = "%") -> int:
        return await owner.fetchval(
            "select count(*) from provider_consent where status = 'ONAY' and channel::text like $1",
            channel,
        )

    tools = Tools(keyring, recorder)
    for text in ("DURUM", "RET TUM", "EVET"):
        with measured(text):
            print(await answer(citizen_database, tools, phone(1), text, now=utc_now()))  # noqa: T201
    with measured("all parts"):
        await work_all()
    assert await left("MESAJ") == 0
    with measured("claim"):
        await claim_all(citizen_database, keyring, recorder)
    await owner.execute("delete from job where name = $1", JOB)  # the claim's: what it left stands
    assert await left() > 0
    with measured("line closed"):
        await close_line(heart, keeper_database, owner, work_all)
    assert await left() == 0


async def claim_all(database, keyring, recorder) -> None:
    async with database.transaction() as connection:
        call = Call(
            connection=connection,
            keyring=keyring,
            recorder=recorder,
            address=phone(1),
            source=Source.IYS_WEB,
        )
        await claim(call, now=utc_now())


async def close_line(heart, keeper_database, owner, work_all) -> None:
    async with keeper_database.transaction() as connection:
        await close_lines.submit(connection, heart.keeper_keyring, [phone(1)])
    await asyncio.sleep(close_lines.SETTLING.total_seconds())
    for _ in range(2):
        await heart.number_and_project()
        await owner.execute("update job set run_at = now() where name = $1", close_lines.JOB)
        await work_all()


async def nobody_hears(*_: object) -> None:
    """Take the place of links and accounts that forget a closed line."""
