"""A refusal since she was asked ends the request: no stale code makes a yes of it."""

import asyncio
from datetime import timedelta

import pytest
from builders.heart import phone, until
from builders.house import BRAND, ago
from builders.parties import BRAND_CODE
from builders.via import a_start, code_in
from builders.via_pass import Verifying
from builders.via_wire import OWN, PHONE, VIA, begun, code_of, coded, confirm, status

from izin.consent import close_lines
from izin.consent.event import Actor
from izin.consent.model import Proposal
from izin.consent.record import OnRepeat
from izin.core.clock import utc_now
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.shortcode.answer import Tools, answer
from izin.via.advance import end_overdue
from izin.via.room import key_of

QUESTION = {"recipient": PHONE, "type": "MESAJ", "recipientType": "BIREYSEL"}
ROUNDS = 4
OVER = (409, "IZ165")


def a_row(state: str, **since) -> dict[str, str]:
    return QUESTION | {"source": "HS_WEB", "status": state, "consentDate": ago(**since)}


async def stands(ours) -> str:
    return (await ours.post(f"{BRAND}/consents/status", json=QUESTION)).json().get("status", "")


async def by_company(ours, house) -> bool:
    """Give whether it was recorded: dates are whole seconds, and RET over RET is nothing new."""
    refused = await ours.post(f"{BRAND}/consents", json=a_row("RET", seconds=0))
    assert refused.is_success or code_of(refused)[1] in ("H174", "H178"), refused.text
    return refused.is_success


async def by_3338(ours, house) -> bool:
    tools = Tools(house.parts.keyring, house.app._door.services.recorder)
    await answer(house.parts.database, tools, phone(1), f"RET {BRAND_CODE}", now=utc_now())
    return True


async def by_web(ours, house) -> bool:
    services = house.app._door.services
    async with services.database.connection() as connection:
        brand = services.directory.brand(BRAND_CODE)
        key = key_of(brand, Channel.MESAJ, RecipientType.BIREYSEL, phone(1))
        refusal = Proposal(key=key, status=Status.RET, source=Source.IYS_WEB, consented_at=None)
        await services.recorder.record(
            connection, [refusal], actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES
        )
    return True


@pytest.fixture
def at_once(ours, monkeypatch):
    """Our client, while nothing else is under way."""
    monkeypatch.setattr(close_lines, "SETTLING", timedelta())
    return ours


@pytest.fixture
async def stood(ours, form) -> int:
    assert (await ours.post(f"{BRAND}/consents", json=a_row("ONAY", hours=3))).is_success
    return form


@pytest.mark.parametrize("refuse", [by_company, by_3338, by_web])
async def test_a_refusal_after_the_code_wins_and_nothing_else_is_recorded(
    ours, post, stood, house, owner, refuse
):
    request_id, code = await coded(ours, post, a_start(stood, PHONE))
    await refuse(ours, house)
    before = await owner.fetchval("select count(*) from consent_event")
    for _ in range(2):
        assert code_of(await confirm(ours, request_id, code)) == OVER
    assert await stands(ours) == "RET"
    assert await owner.fetchval("select count(*) from consent_event") == before, "no call either"
    assert await status(ours, request_id) == ("COMPLETED", "OTP_CODE_EXPIRED")
    assert tuple(await owner.fetchrow("select credit, held from via_plan")) == (100, 0)
    assert code_of(await ours.get(f"{OWN}/{request_id}/evidence")) == OVER
    await owner.execute("delete from budget")
    request_id, code = await coded(ours, post, a_start(stood, PHONE))
    assert (await confirm(ours, request_id, code)).status_code == 200, "she is asked anew"
    assert await stands(ours) == "ONAY"


@pytest.mark.parametrize("refuse", [by_company, by_3338, by_web])
async def test_of_a_refusal_and_a_code_at_once_the_refusal_stands(
    ours, post, stood, house, owner, refuse
):
    for _ in range(ROUNDS):
        await owner.execute("delete from budget")
        request_id, code = await coded(ours, post, a_start(stood, PHONE))
        confirmed, is_refused = await asyncio.gather(
            confirm(ours, request_id, code), refuse(ours, house)
        )
        assert confirmed.status_code == 200 or code_of(confirmed) == OVER, confirmed.text
        if is_refused:
            assert await stands(ours) == "RET"


async def test_a_consent_by_another_door_since_the_refusal_lets_the_code_through(
    ours, post, stood, house
):
    request_id, code = await coded(ours, post, a_start(stood, PHONE))
    await by_web(ours, house)

    async def is_newer() -> bool:  # the contract's dates are whole seconds
        return (await ours.post(f"{BRAND}/consents", json=a_row("ONAY", seconds=0))).is_success

    await until(is_newer)
    assert (await confirm(ours, request_id, code)).status_code == 200


async def test_of_old_it_is_refused_the_same(ours, post, stood, house):
    row = {"recipient": PHONE, "type": ["MESAJ"], "source": "IYS_KISAMESAJ"}
    path = f"{BRAND}/consents"
    made = await ours.post(f"{path}/overIys", json=row)
    await post.carry()
    await post.arrive()
    told = {"requestId": made.json()["requestId"], "verificationCode": code_in(await post.next())}
    await by_web(ours, house)
    refused = await ours.post(f"{path}/verificationCode", json=told)
    assert code_of(refused) == (422, "IZ165")
    assert await stands(ours) == "RET"


async def test_a_ret_by_telephone_counts_where_nothing_stands_or_all_is_refused(
    ours, post, form, house
):
    for _ in range(2):
        request_id, code = await coded(ours, post, a_start(form, PHONE))
        await by_3338(ours, house)
        assert code_of(await confirm(ours, request_id, code)) == OVER
        assert await stands(ours) in ("", "RET")
        async with house.parts.database.connection() as connection:
            await connection.execute("delete from budget")
        await ours.post(f"{BRAND}/consents", json=a_row("ONAY", hours=3))
        await by_web(ours, house)


async def test_a_closed_line_ends_what_it_is_asked_though_nothing_stood(
    house, post, form, owner, operator_database, at_once
):
    ours = at_once
    verifying = Verifying(ours, house, operator_database, owner)
    await verifying.buy()
    verified = await verifying.start("sms/start", await verifying.approved())
    verified_id, verified_code = verified.json()["data"]["requestId"], await verifying.code()
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    other = await begun(ours, a_start(form, "+905990000002"))
    async with house.parts.database.transaction() as connection:
        await close_lines.submit(connection, house.parts.keyring, [phone(1)])

    async def is_over() -> bool:
        return await status(ours, request_id) == ("COMPLETED", "OTP_CODE_EXPIRED")

    await until(is_over)
    assert code_of(await confirm(ours, request_id, code)) == OVER
    late = await verifying.complete("sms", verified_id, verified_code)
    assert late.json()["subSystemErrorInfo"]["errors"][0]["code"] == "H1051"
    assert await status(ours, other) == ("SUCCESS", "START"), "another number's goes on"
    assert await owner.fetchval("select held from via_plan") == 2


async def test_what_requests_may_bring_is_held_back_until_they_end(ours, form, owner, house):
    await owner.execute("update via_plan set credit = 5")
    starts = [a_start(form, f"+90599{n}00001") for n in range(10, 15)]
    answers = await asyncio.gather(*(ours.post(f"{VIA}/consent", json=each) for each in starts))
    assert sorted(each.status_code for each in answers) == [200, 200, 400, 400, 400]
    assert {code_of(each) for each in answers if each.is_error} == {(400, "H1015")}
    assert tuple(await owner.fetchrow("select credit, held from via_plan")) == (5, 4)
    await owner.execute("update via_request set due_at = now()")
    async with house.parts.database.transaction() as connection:
        await end_overdue(connection, 100)
    assert await owner.fetchval("select held from via_plan") == 0
