"""A link's code that is sent several times at once, and a line that closes while she refuses."""

import asyncio
import re
from datetime import timedelta

import pytest
from builders.doors import MERCHANTS as OF_MERCHANTS
from builders.heart import a_key, a_proposal, phone
from builders.visitor import RECEIPT

from izin.citizen.acts import Act
from izin.consent import close_lines
from izin.consent.close_lines import ClosingLines, submit
from izin.core.terms import Channel, RecipientType, Status
from izin.queue.queue import Queue

ROUNDS = 4
CALLED, MERCHANTS = a_key(channel=Channel.ARAMA), a_key(recipient_type=RecipientType.TACIR)


async def events(owner) -> int:
    return await owner.fetchval("select count(*) from consent_event")


async def test_a_code_that_is_sent_thrice_at_once_approves_once_and_no_form_is_told_wrong(
    visitor, owner, a_link
):
    """The others were told that their code was over, though it had just done what they asked."""
    at = await a_link(phone(1), channels=(Channel.MESAJ,))
    for _ in range(ROUNDS):
        await visitor.get(at)
        await visitor.send(at, channel="ALL")
        await visitor.get(f"{at}/undo")
        await visitor.send(f"{at}/undo", MESAJ="1")
        path = re.search(r'action="([^"]+/code\?flow=\w+)"', visitor.page)[1]
        code, before = {"code": await visitor.code()}, await events(owner)
        pages = await visitor.at_once(path, code, code, code)
        assert sum("Onay kaydedildi" in page for page in pages) == 1
        assert sum("Zaten öyleydi" in page for page in pages) == 2
        assert sum(bool(RECEIPT.search(page)) for page in pages) == 1
        assert await events(owner) == before + 2, "both of its records, once"


async def test_a_code_that_is_over_approves_nothing(visitor, owner, a_link):
    at = await a_link(phone(1), channels=(Channel.MESAJ,))
    await visitor.get(at)
    await visitor.send(at, channel="ALL")
    await visitor.get(f"{at}/undo")
    await visitor.send(f"{at}/undo", MESAJ="1")
    path = re.search(r'action="([^"]+/code\?flow=\w+)"', visitor.page)[1]
    code, before = await visitor.code(), await events(owner)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for said in ("2 deneme", "1 deneme", "artık geçerli değil", "artık geçerli değil"):
        answer = await visitor.send(path, code=wrong)
        assert answer.status_code == 422
        assert said in visitor.page
    await visitor.send(path, code=code)
    assert "artık geçerli değil" in visitor.page
    assert await events(owner) == before


@pytest.fixture
def lines(doors, keeper_database, monkeypatch) -> Queue:
    """The keeper's work with closed lines; nothing else is under way."""
    monkeypatch.setattr(close_lines, "SETTLING", timedelta())

    async def nobody_hears(_connection, _phones) -> None:
        """Accounts are not what this is about."""

    work = ClosingLines(doors.keyring, doors.recorder, nobody_hears)
    return Queue(keeper_database, {close_lines.JOB: work})


async def reported(lines: Queue, keeper_database, keyring) -> None:
    """Report her line closed, as far as that its consents are to be ended next."""
    async with keeper_database.transaction() as connection:
        await submit(connection, keyring, [phone(1)])
    for _ in range(3):
        [job] = await lines.claim(1)
        await lines.work(job)


async def test_a_line_that_closes_while_she_refuses_ends_each_consent_once(
    doors, lines, owner, heart, keeper_database
):
    for _ in range(ROUNDS):
        before = await events(owner)
        await reported(lines, keeper_database, doors.keyring)
        [job] = await lines.claim(1)
        await asyncio.gather(
            doors.wish(Status.RET), lines.work(job), doors.wish(Status.RET, OF_MERCHANTS)
        )
        assert await events(owner) == before + 3
        for key in (a_key(1), CALLED, MERCHANTS):
            await heart.record(a_proposal(key=key, ago=timedelta()))
        await heart.number_and_project()


async def test_what_she_refused_or_consented_to_since_the_report_stays(
    doors, lines, owner, heart, keeper_database
):
    """The citizens' view that the job looks into is a moment late."""
    await reported(lines, keeper_database, doors.keyring)
    assert isinstance(await doors.wish(Status.RET), Act)
    await heart.record(a_proposal(key=CALLED, ago=timedelta()))
    before = await events(owner)
    [job] = await lines.claim(1)
    await lines.work(job)
    assert await events(owner) == before + 1, "the merchant's alone"
    rows = await owner.fetch(
        "select code from provider_consent join source on id = source where status = 'RET'"
    )
    assert sorted(row["code"] for row in rows) == ["IYS_AHS_HAT_KAPATMA", "IYS_WEB"]
