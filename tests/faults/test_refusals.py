"""A refusal always gets through: a citizen's every time, a company's whatever holds its calls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic

import httpx2
import msgspec
import pytest
from builders.heart import Heart, a_key, a_proposal, until
from builders.house import BRAND, OTHER_BRAND, a_row, ago
from builders.parties import IYS_CODE

from izin.admission.lanes import LANE_OF_REFUSALS, Lane
from izin.consent.event import Actor
from izin.consent.history import history
from izin.consent.model import Recorded, Verdict
from izin.consent.opened import open_bodies
from izin.consent.record import OnRepeat, Recorder
from izin.core.clock import wire_time
from izin.core.errors import Refused
from izin.core.terms import RecipientType, Source, Status
from izin.keyring import open_whole_keyring
from izin.provider.model import Subscription
from izin.wiring.settings import Profile

HOUR = timedelta(hours=1)
LONG_AGO = datetime(2020, 9, 1, tzinfo=UTC)


def her_refusal(number: int = 1, **facts):
    given = {"source": Source.IYS_KISAMESAJ, "consented_at": None} | facts
    return a_proposal(number, status=Status.RET, **given)


async def she_refuses(heart: Heart, number: int = 1, **facts) -> Verdict:
    async with asyncio.timeout(10):
        [verdict] = await heart.record(her_refusal(number, **facts), actor=Actor.CITIZEN)
    return verdict


async def stands(heart: Heart, number: int = 1) -> tuple[Status, datetime]:
    standing = await heart.checker.standing(a_key(number))
    assert standing is not None
    return standing.status, standing.consented_at


def codes(answer: httpx2.Response) -> list[str]:
    return [error["code"] for error in answer.json().get("errors", [])]


# the citizen


async def test_she_refuses_at_the_same_instant_as_a_company_writes(heart):
    for number in range(30):
        await heart.record(a_proposal(number))
        company = a_proposal(number, consented_at=datetime.now(UTC))
        hers, (theirs,) = await asyncio.gather(she_refuses(heart, number), heart.record(company))
        assert isinstance(hers, Recorded)
        assert isinstance(theirs, Recorded) or theirs.code == "H178"
        assert (await stands(heart, number))[0] is Status.RET


@pytest.mark.parametrize("ahead", [timedelta(0), HOUR], ids=["just now", "ahead of the clock"])
async def test_she_refuses_however_new_the_stored_date_is(heart, owner, ahead):
    await heart.record(a_proposal(1))
    stored_at = datetime.now(UTC) + ahead
    await owner.execute("update provider_consent set consented_at = $1", stored_at)
    assert isinstance(await she_refuses(heart), Recorded)
    status, refused_at = await stands(heart)
    assert status is Status.RET
    assert refused_at > stored_at


async def test_she_refuses_what_has_no_date_at_all(heart):
    key = a_key(1, recipient_type=RecipientType.TACIR)
    await heart.record(a_proposal(key=key, source=None, consented_at=None))
    assert isinstance(await she_refuses(heart, key=key), Recorded)
    [dated_before] = await heart.record(a_proposal(key=key, ago=HOUR))
    assert isinstance(dated_before, Refused)
    assert dated_before.code == "H178"


async def test_she_refuses_again_and_each_time_counts(heart):
    await heart.record(a_proposal(1))
    assert isinstance(await she_refuses(heart), Recorded)
    between = datetime.now(UTC)
    assert isinstance(await she_refuses(heart), Recorded)
    [older] = await heart.record(a_proposal(1, consented_at=between))
    assert isinstance(older, Refused)
    [newer] = await heart.record(a_proposal(1, consented_at=datetime.now(UTC)))
    assert isinstance(newer, Recorded)


async def test_she_refuses_while_a_companys_calls_hold_every_connection_of_its_door(
    heart, citizen_database, root
):
    await heart.record(a_proposal(1))
    recorder = Recorder(await open_whole_keyring(citizen_database, root))
    async with AsyncExitStack() as held:
        for _ in range(8):
            connection = await held.enter_async_context(heart.database.transaction())
            await connection.execute("select 1")
        async with citizen_database.connection() as connection:
            [verdict] = await recorder.record(
                connection, [her_refusal()], actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES
            )
    assert isinstance(verdict, Recorded)
    assert (await stands(heart))[0] is Status.RET


@asynccontextmanager
async def hammering(heart: Heart, number: int) -> AsyncIterator[list[Verdict]]:
    """Eight writers of one company renew one consent again and again; gives what they are told."""
    start = datetime.now(UTC) - 4 * HOUR
    told: list[Verdict] = []
    is_over = asyncio.Event()

    async def hammer() -> None:
        while not is_over.is_set():
            at = start + timedelta(milliseconds=len(told))
            told.extend(await heart.record(a_proposal(number, consented_at=at)))

    async with asyncio.TaskGroup() as writers:
        for _ in range(8):
            writers.create_task(hammer())
        try:
            yield told
        finally:
            is_over.set()


@pytest.mark.parametrize("number", range(5))
async def test_she_refuses_while_eight_writers_hammer_the_record(
    heart, citizen_database, root, number
):
    recorder = Recorder(await open_whole_keyring(citizen_database, root))
    await heart.record(a_proposal(number, ago=5 * HOUR))
    async with hammering(heart, number) as told:

        async def is_under_way() -> bool:
            return len(told) > 40

        await until(is_under_way)
        async with asyncio.timeout(5), citizen_database.connection() as connection:
            [hers] = await recorder.record(
                connection, [her_refusal(number)], actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES
            )
        assert isinstance(hers, Recorded)
        assert (await stands(heart, number))[0] is Status.RET
    renewed = sum(isinstance(each, Recorded) for each in told)
    async with heart.database.connection() as connection:
        found = await history(connection, heart.keyring, a_key(number), offset=0, limit=100_000)
    statuses = [each.status for each in found.movements]
    assert statuses == [Status.RET] + [Status.ONAY] * (renewed + 1)
    refused_at = found.movements[0].consented_at
    for at, kind in ((refused_at, Refused), (datetime.now(UTC), Recorded)):
        [consent] = await heart.record(a_proposal(number, consented_at=at))
        assert type(consent) is kind
    assert (await stands(heart, number))[0] is Status.ONAY


async def test_no_address_reaches_a_brand_by_a_refusal(heart):
    verdict = await she_refuses(heart)
    assert isinstance(verdict, Refused)
    assert verdict.code == "H175"
    assert await heart.checker.standing(a_key(1)) is None


# the company


async def consented(ours: httpx2.AsyncClient, number: int = 1) -> None:
    answer = await ours.post(f"{BRAND}/consents", json=a_row(number, consentDate=ago(hours=2)))
    assert answer.status_code == 200, answer.text


async def refuse(ours: httpx2.AsyncClient, number: int = 1, **fields) -> httpx2.Response:
    return await ours.post(f"{BRAND}/consents", json=a_row(number, status="RET", **fields))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"subscription": Subscription.PAUSED}, "H520"),
        ({"subscription": Subscription.EXPIRED}, "H520"),
        ({"has_api": False}, "H586"),
    ],
)
async def test_a_company_refuses_though_its_subscription_stops_all_else(ours, given, facts, code):
    await consented(ours)
    await given.provider(IYS_CODE, activated_at=LONG_AGO, **facts)

    async def is_held() -> bool:
        return codes(await ours.post(f"{BRAND}/consents", json=a_row(2))) == [code]

    await until(is_held)
    assert (await refuse(ours)).status_code == 200
    rows = [a_row(3, status="RET"), a_row(4, status="RET")]
    assert (await ours.post(f"{BRAND}/consents/request", json=rows)).status_code == 202
    consents = await ours.post(f"{BRAND}/consents/request", json=[a_row(5), a_row(6)])
    assert (consents.status_code, codes(consents)) == (403, [code])


@pytest.mark.parametrize("version", ["", "/v2"])
async def test_a_held_companys_list_of_both_is_taken_and_only_its_refusals_recorded(
    ours, given, version
):
    for number in (1, 2):
        await consented(ours, number)
    facts = {"subscription": Subscription.PAUSED}
    await given.provider(IYS_CODE, activated_at=LONG_AGO, **facts)

    async def is_held() -> bool:
        return codes(await ours.post(f"{BRAND}/consents", json=a_row(9))) == ["H520"]

    await until(is_held)
    path = f"{version}{BRAND}/consents/request"
    rows = [a_row(3), a_row(1, status="RET"), a_row(1, type="ARAMA"), a_row(2, status="RET")]
    taken = await ours.post(path, json=rows)
    assert taken.status_code == 202
    shown: list[dict[str, object]] = []

    async def is_done() -> bool:
        answer = await ours.get(f"{path}/{taken.json()['requestId']}")
        assert answer.status_code == 200, answer.text
        shown[:] = answer.json()
        return all(each["status"] != "enqueue" for each in shown)

    await until(is_done)
    assert [each["status"] for each in shown] == ["failure", "success", "failure", "success"]
    assert [each["error"]["code"] for each in shown[::2]] == ["H520", "H520"]
    assert "PAUSED" in shown[0]["error"]["message"]


async def test_a_late_refusal_is_recorded_and_marked_late(house, ours):
    recorder = Recorder(house.parts.keyring)
    async with house.parts.database.connection() as connection:
        await recorder.record(
            connection,
            [a_proposal(1, ago=timedelta(days=60))],
            actor=Actor.PROVIDER,
            on_repeat=OnRepeat.BY_RULES,
        )
        late = ago(days=30)
        consent = await ours.post(f"{BRAND}/consents", json=a_row(1, consentDate=late))
        assert (consent.status_code, codes(consent)) == (422, ["H467"])
        assert (await refuse(ours, consentDate=late)).status_code == 200
        ids = await connection.fetch("select event_id from consent_event order by event_id")
        opened = await open_bodies(
            connection, house.parts.keyring, [row["event_id"] for row in ids]
        )
    assert [(each.body.status, each.body.is_late) for each in opened] == [
        (Status.ONAY, False),
        (Status.RET, True),
    ]


async def test_v2_answers_a_late_consent_that_stands_and_refuses_every_other(house, ours):
    old = [a_proposal(number, ago=timedelta(days=30)) for number in (1, 2)]
    old = [
        msgspec.structs.replace(each, consented_at=each.consented_at.replace(microsecond=0))
        for each in old
    ]
    async with house.parts.database.connection() as connection:
        receipts = await Recorder(house.parts.keyring).record(
            connection, old, actor=Actor.PROVIDER, on_repeat=OnRepeat.BY_RULES
        )
    rows = [a_row(n, consentDate=wire_time(each.consented_at)) for n, each in enumerate(old, 1)]
    again = await ours.post(f"/v2{BRAND}/consents", json=rows[0])
    assert again.json()["transactionId"] == receipts[0].transaction_id
    by_v1 = await ours.post(f"{BRAND}/consents", json=rows[0])
    assert (by_v1.status_code, codes(by_v1)) == (422, ["H467"])
    other = await ours.post(f"/v2{BRAND}/consents", json=rows[0] | {"source": "HS_ATM"})
    assert (other.status_code, codes(other)) == (422, ["H467"])
    faulty = await ours.post(f"/v2{BRAND}/consents", json=rows[0] | {"recipientType": "X"})
    assert codes(faulty) == ["H116", "H467"]

    retried = await ours.post(f"/v2{BRAND}/consents/request", json=[a_row(3), *rows])
    assert retried.status_code == 202
    assert codes(await ours.post(f"{BRAND}/consents/request", json=rows)) == ["H467", "H467"]
    late = a_row(4, consentDate=rows[0]["consentDate"])
    mixed = await ours.post(f"/v2{BRAND}/consents/request", json=[rows[0], late, rows[1]])
    [error] = mixed.json()["errors"]
    assert (mixed.status_code, error["code"], error["index"]) == (422, "H467", 1)
    assert (error["location"], error["value"]) == (["consentDate"], late["consentDate"])


async def test_a_company_refuses_while_all_other_lanes_are_full(house, ours):
    await consented(ours)
    overload = house.app._door.overload
    async with AsyncExitStack() as full:
        for lane in set(Lane) - set(LANE_OF_REFUSALS.values()):
            gate = overload.gate(lane)
            while not gate.is_full:
                await full.enter_async_context(gate.place(object()))
        asked = {"recipients": ["+905990000001"]}
        question = await ours.post(f"{BRAND}/consents/BIREYSEL/status/MESAJ", json=asked)
        assert (question.status_code, codes(question)) == (503, ["H192"])
        consent = await ours.post(f"{BRAND}/consents", json=a_row(2))
        assert (consent.status_code, codes(consent)) == (503, ["H192"])
        assert (await refuse(ours)).status_code == 200
        rows = [a_row(3, status="RET"), a_row(4, status="RET")]
        assert (await ours.post(f"{BRAND}/consents/request", json=rows)).status_code == 202


async def test_a_company_refuses_amid_three_thousand_consents_of_its_own(ours):
    await consented(ours)
    flood = [
        asyncio.create_task(ours.post(f"{BRAND}/consents", json=a_row(number)))
        for number in range(2, 3002)
    ]
    refusal = await refuse(ours)
    answers = await asyncio.gather(*flood)
    statuses = {each.status_code for each in answers}
    assert 503 in statuses, "there was a flood"
    assert statuses <= {200, 503}
    assert refusal.status_code == 200


async def results(client: httpx2.AsyncClient, taken: httpx2.Response) -> list[dict]:
    """What became of a batch's rows, once it is done."""
    assert taken.status_code == 202, taken.text
    path = f"{taken.request.url.path}/{taken.json()['requestId']}"
    rows: list[dict] = []

    async def are_there() -> bool:
        rows[:] = (await client.get(path)).json()
        return all(row["status"] != "enqueue" for row in rows)

    await until(are_there)
    return rows


@pytest.mark.parametrize("consents_beside", [0, 1])
async def test_a_batch_of_refusals_right_after_its_own_consents_finds_them(ours, consents_beside):
    for turn in range(3):
        numbers = range(1000 + turn * 300, 1300 + turn * 300)
        consents = [a_row(number, consentDate=ago(hours=2)) for number in numbers]
        refusals = [a_row(number, status="RET") for number in numbers]
        also = [a_row(9000 + turn) for _ in range(consents_beside)]
        begun = await ours.post(f"{BRAND}/consents/request", json=consents)
        ended = await ours.post(f"{BRAND}/consents/request", json=refusals + also)
        assert {row["status"] for row in await results(ours, begun)} == {"success"}
        assert {row["status"] for row in await results(ours, ended)} == {"success"}
        asked = {"recipients": [row["recipient"] for row in consents]}
        answer = await ours.post(f"{BRAND}/consents/BIREYSEL/status/MESAJ", json=asked)
        assert answer.status_code == 204 or answer.json()["list"] == []


async def test_a_batch_of_refusals_passes_jobs_that_wait_for_locked_rows(ours, theirs, owner):
    numbers = range(1, 9)
    consents = [a_row(number, consentDate=ago(hours=2)) for number in numbers]
    for client, brand in ((ours, BRAND), (theirs, OTHER_BRAND)):
        await results(client, await client.post(f"{brand}/consents/request", json=consents))
    async with owner.transaction():
        await owner.execute(
            "select from provider_consent where brand_ref ="
            " (select brand_ref from consent_event order by event_id limit 1) for update"
        )
        for number in numbers:
            renewed = await ours.post(f"{BRAND}/consents/request", json=[a_row(number)])
            assert renewed.status_code == 202
        began = monotonic()
        refusals = [a_row(number, status="RET") for number in numbers]
        refused = await theirs.post(f"{OTHER_BRAND}/consents/request", json=refusals)
        assert {row["status"] for row in await results(theirs, refused)} == {"success"}
        assert monotonic() - began < 5, "a job that waits for a row holds its place for ten seconds"
        left = await owner.fetchval("select count(*) from job")
    assert left == len(numbers), "all were held up all the while"


class TestWithTheDocumentedLimits:
    @pytest.fixture
    def settings(self, settings):
        return msgspec.structs.replace(settings, profile=Profile.IYS, web_processes=1)

    async def test_a_company_refuses_though_its_questions_have_spent_the_second(self, ours):
        await consented(ours)
        asked = {"recipient": "+905990000001", "type": "MESAJ", "recipientType": "BIREYSEL"}

        async def is_spent() -> bool:
            return codes(await ours.post(f"{BRAND}/consents/status", json=asked)) == ["H124"]

        await until(is_spent)
        assert (await refuse(ours)).status_code == 200

    @pytest.mark.parametrize("path", ["consents", "consents/request"])
    async def test_a_company_refuses_though_its_consents_have_spent_the_second(self, ours, path):
        await consented(ours)
        is_batch = path.endswith("request")

        def body(**fields):
            return [a_row(**fields)] if is_batch else a_row(**fields)

        async def is_spent() -> bool:
            return codes(await ours.post(f"{BRAND}/{path}", json=body())) == ["H124"]

        await until(is_spent)
        refusal = await ours.post(f"{BRAND}/{path}", json=body(status="RET", consentDate=ago()))
        assert refusal.status_code == (202 if is_batch else 200)
