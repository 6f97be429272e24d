"""Carriers ask before they send, and keep what they were told. Source: contract 1.13; rules 3.7."""

import asyncio
import base64
from datetime import timedelta
from random import choice
from uuid import uuid4

import msgspec
import pytest
from builders.companies import an_application
from builders.door import codes
from builders.heart import until
from builders.house import BRAND, LONG_AGO, OTHER_BRAND, a_row, ago
from builders.parties import (
    BRAND_CODE,
    CARRIER_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_BRAND_CODE,
    PASSWORD,
)

from izin.access.transfer import transfer_brand
from izin.account import find, keep
from izin.account.model import Bound
from izin.brand import manage
from izin.brand.model import BrandStatus
from izin.consent import close_lines
from izin.core.address import Address, AddressKind
from izin.core.clock import utc_now
from izin.inquiry import receipt
from izin.intermediary.manage import move
from izin.intermediary.model import IntermediaryState
from izin.member.passwords import Passwords
from izin.provider.manage import set_state
from izin.provider.model import ProviderState
from izin.wiring.settings import Profile

USER = "api@araci.example"
YES, NO, STRANGER = "+905990000061", "+905990000062", "+905990000063"
REJECTED = f"/ahs/brands/{BRAND_CODE}/consents/BIREYSEL/rejected/MESAJ"
ASK = f"/ahs/brands/{BRAND_CODE}/ask"
TIN = an_application()["tin"]


def basic(username: str = USER, password: str = PASSWORD) -> dict[str, str]:
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


@pytest.fixture
async def carrier(house, given, ours):
    """An active carrier's client; somebody has consented, somebody refused."""
    for phone in (YES, NO):
        row = a_row(recipient=phone, consentDate=ago(hours=4))
        assert (await ours.post(f"{BRAND}/consents", json=row)).is_success
    refusal = a_row(recipient=NO, status="RET", consentDate=ago(hours=1))
    assert (await ours.post(f"{BRAND}/consents", json=refusal)).is_success
    await given.carrier()
    await given.api_user(USER, carrier=CARRIER_CODE)
    async with house.client() as client:
        client.headers.update(basic())

        async def is_known() -> bool:
            return (await client.get(f"/ahs/brands/{TIN}")).is_success

        await until(is_known)
        yield client


async def rejected(carrier, *phones: str, path: str = REJECTED) -> list[str]:
    answer = await carrier.post(path, json={"recipients": list(phones)})
    assert answer.status_code == 200, answer.text
    return answer.json()["list"]


async def test_those_who_may_not_be_sent_to_are_listed(carrier):
    assert await rejected(carrier, YES, NO, STRANGER) == [NO, STRANGER]
    assert await rejected(carrier, YES) == []
    assert await rejected(carrier, YES, path=REJECTED.replace("MESAJ", "ARAMA")) == [YES]
    other = REJECTED.replace(str(BRAND_CODE), str(OTHER_BRAND_CODE))
    assert await rejected(carrier, YES, path=other) == [YES]


async def test_a_refusal_counts_at_once(carrier, ours):
    assert await rejected(carrier, YES) == []
    refusal = a_row(recipient=YES, status="RET", consentDate=ago(minutes=1))
    assert (await ours.post(f"{BRAND}/consents", json=refusal)).is_success
    assert await rejected(carrier, YES) == [YES]


async def test_what_was_told_is_kept_for_the_carrier_that_asked(carrier, house, given, owner):
    asked = {"recipients": [YES, NO, "nobody"], "type": "MESAJ", "recipientType": "BIREYSEL"}
    answer = await carrier.post(ASK, json=asked)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [(each["recipient"], each["decision"]) for each in told["list"]] == [
        (YES, "ALLOWED"),
        (NO, "DENIED"),
        ("nobody", "UNKNOWN"),
    ]
    assert all(set(each) == {"recipient", "decision"} for each in told["list"])
    shown = (await carrier.get(f"/ahs/receipts/{told['receiptId']}")).json()
    assert shown["list"] == told["list"]
    assert (shown["brandCode"], shown["askedAt"]) == (BRAND_CODE, told["decidedAt"])
    [row] = await owner.fetch("select * from query_receipt")
    assert YES.encode() not in row["body_sealed"]
    await given.carrier(10000002)
    await given.api_user("api@baska-araci.example", carrier=10000002)

    async def is_known() -> bool:
        headers = basic("api@baska-araci.example")
        found = await carrier.get(f"/ahs/receipts/{told['receiptId']}", headers=headers)
        return codes(found) == ["IZ038"]

    await until(is_known)
    for unknown in (uuid4(), "x"):
        assert codes(await carrier.get(f"/ahs/receipts/{unknown}")) == ["IZ038"]


async def test_receipts_are_forgotten_after_three_years_and_not_before(
    carrier, house, owner, monkeypatch
):
    monkeypatch.setattr(receipt, "FORGOTTEN_ROWS", 1)  # as many bites as there are receipts
    asked = {"recipients": [YES], "type": "MESAJ"}
    for _ in range(3):
        assert (await carrier.post(ASK, json=asked)).is_success
    await owner.execute(
        "update query_receipt set asked_at = now() - $1::interval where receipt_id in "
        "(select receipt_id from query_receipt limit 2)",
        receipt.KEPT - timedelta(days=1),
    )
    for later, left in ((timedelta(), 3), (timedelta(days=2), 1)):
        async with house.parts.database.connection() as connection:
            await receipt.forget_old_receipts(connection, utc_now() + later)
        assert await owner.fetchval("select count(*) from query_receipt") == left


async def test_nobody_is_sent_to_for_who_is_not_active(carrier, operator_database):
    await manage.set_status(operator_database, BRAND_CODE, BrandStatus.SUSPENDED, by=OPERATOR)

    async def is_barred() -> bool:
        return await rejected(carrier, YES) == [YES]

    await until(is_barred)
    await manage.set_status(operator_database, BRAND_CODE, BrandStatus.ACTIVE, by=OPERATOR)

    async def is_open() -> bool:
        return await rejected(carrier, YES) == []

    await until(is_open)
    await set_state(operator_database, IYS_CODE, ProviderState.SUSPENDED, by=OPERATOR)
    await until(is_barred)


async def test_brands_are_found_by_tax_number(carrier, house, given):
    assert (await carrier.get(f"/ahs/brands/{TIN}")).json() == []
    tag = house.parts.keyring.pseudonyms.tin_tag(TIN)
    await given.provider(IYS_CODE, activated_at=LONG_AGO, tin_tag=tag)

    async def is_found() -> bool:
        return (await carrier.get(f"/ahs/brands/{TIN}")).json() != []

    await until(is_found)
    [brand] = (await carrier.get(f"/ahs/brands/{TIN}")).json()
    assert brand == {
        "iysCode": IYS_CODE,
        "title": f"Firma {IYS_CODE} A.Ş.",
        "brandCode": BRAND_CODE,
        "name": f"Marka {BRAND_CODE}",
        "master": False,
    }

    async def is_gone() -> bool:
        return (await carrier.get(f"/ahs/brands/{TIN}")).json() == []

    await given.provider(IYS_CODE, tin_tag=uuid4())
    await until(is_gone)
    await given.provider(IYS_CODE, tin_tag=tag)
    await until(is_found)
    await given.provider(IYS_CODE, tin_tag=tag, state=ProviderState.CLOSED)
    await until(is_gone)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": ""},
        basic(password="falsch"),
        basic("nobody@araci.example"),
        basic("api@firma.example", "x"),
        {"authorization": "Basic !!!"},
        {"authorization": "Basic " + base64.b64encode(b"no colon").decode()},
        {"authorization": "Basic " + base64.b64encode(b"\xff:x").decode()},
        {"authorization": "Basic " + base64.b64encode(b"a\0:x").decode()},
        {"authorization": "Bearer x"},
        {"authorization": "Basic " + "A" * 5000},
    ],
    ids=range(10),
)
async def test_without_name_and_password_nothing_is_told(carrier, headers):
    answer = await carrier.post(REJECTED, json={"recipients": [YES]}, headers=headers)
    assert (answer.status_code, codes(answer)) == (401, ["H351"])
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_a_company_s_user_is_no_carrier_and_the_other_way_round(carrier, ours, house):
    answer = await carrier.post(
        REJECTED, json={"recipients": [YES]}, headers=basic("api@firma.example")
    )
    assert (answer.status_code, codes(answer)) == (403, ["H353"])
    async with await house.sign_in(USER, PASSWORD) as signed_in:
        for path in (f"{BRAND}/consents/changes", "/x/company", f"/sps/{IYS_CODE}/brands"):
            refused = await signed_in.get(path)
            assert (refused.status_code, codes(refused)) == (403, ["H353"])


@pytest.fixture
def profile() -> Profile:
    return Profile.DEMO


@pytest.fixture
def settings(settings, profile):
    return msgspec.structs.replace(settings, profile=profile)


@pytest.mark.parametrize("profile", [Profile.IYS])
async def test_whoever_guesses_is_stopped_before_the_slow_hash(carrier, owner):
    path = f"/ahs/brands/{TIN}"
    await owner.execute("update limit_use set used = 100 where lane = 'token'")
    guesses = [await carrier.get(path, headers=basic(password=f"x{n}")) for n in range(3)]
    assert {(each.status_code, *codes(each)) for each in guesses} == {(429, "H084")}
    assert (await carrier.get(path)).is_success  # a pair that is known counts nothing


async def test_many_calls_of_a_carrier_are_one_check(house, given, owner, monkeypatch):
    await given.carrier()
    await given.api_user(USER, carrier=CARRIER_CODE)
    hashed = []
    matches = Passwords.matches

    async def counted(bench, stored, password):
        hashed.append(password)
        return await matches(bench, stored, password)

    monkeypatch.setattr(Passwords, "matches", counted)
    async with house.client() as client:
        client.headers.update(basic())
        answers = await asyncio.gather(*(client.get(f"/ahs/brands/{TIN}") for _ in range(20)))
    assert 401 not in {each.status_code for each in answers}
    assert hashed == [PASSWORD]


async def test_a_suspended_carrier_is_told_nothing(carrier, operator_database):
    await move(operator_database, CARRIER_CODE, IntermediaryState.SUSPENDED, by=OPERATOR)

    async def is_stopped() -> bool:
        answer = await carrier.post(REJECTED, json={"recipients": [YES]})
        return answer.status_code == 403 and codes(answer) == ["H353"]

    await until(is_stopped)


async def test_a_user_that_is_stopped_stays_out_within_seconds(carrier, owner):
    await owner.execute("update api_user set is_active = false where username = $1", USER)

    async def is_out() -> bool:
        return (await carrier.get(f"/ahs/brands/{TIN}")).status_code == 401

    await until(is_out)


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (REJECTED.replace(str(BRAND_CODE), "99999999"), {"recipients": [YES]}, "H018"),
        (REJECTED, {"recipients": []}, "H164"),
        (REJECTED, {"recipients": [YES, YES]}, "H193"),
        (REJECTED.replace("MESAJ", "SMS"), {"recipients": [YES]}, "H117"),
        (ASK, {"recipients": [YES]}, "IZ011"),
    ],
)
async def test_what_cannot_be_asked_is_said(carrier, path, body, expected):
    assert codes(await carrier.post(path, json=body)) == [expected]


# closed lines


async def statuses(client, path: str = BRAND, phone: str = YES) -> set[tuple[str, str, str]]:
    found = set()
    for channel in ("MESAJ", "ARAMA"):
        for kind in ("BIREYSEL", "TACIR"):
            asked = {"recipient": phone, "type": channel, "recipientType": kind}
            shown = (await client.post(f"{path}/consents/status", json=asked)).json()
            if "status" in shown:  # else there is no record, or the door has not heard of a move
                found.add((channel, shown["status"], shown["source"]))
    return found


CLOSED = "IYS_AHS_HAT_KAPATMA"


@pytest.fixture
def at_once(monkeypatch):
    """What is under way has committed: nothing else happens in these tests."""
    monkeypatch.setattr(close_lines, "SETTLING", timedelta())


@pytest.mark.usefixtures("at_once")
async def test_every_consent_of_a_closed_line_ends_whose_brand_it_is(
    carrier, ours, theirs, operator_database, house, owner
):
    keys, line = house.parts.keyring.citizen, Address(YES, AddressKind.PHONE)
    async with owner.transaction():
        await keep.bind(owner, keys, None, Bound(line, "", utc_now()))
    row = a_row(recipient=YES, consentDate=ago(hours=3))
    for client, path, fields in (
        (ours, BRAND, {"type": "ARAMA"}),
        (theirs, OTHER_BRAND, {}),
        (theirs, OTHER_BRAND, {"type": "ARAMA", "recipientType": "TACIR"}),
        (theirs, OTHER_BRAND, {"recipient": STRANGER}),
    ):
        assert (await client.post(f"{path}/consents", json=row | fields)).is_success
    mail = a_row(recipient="ayse@posta.example", type="EPOSTA")
    assert (await ours.post(f"{BRAND}/consents", json=mail)).is_success
    await transfer_brand(operator_database, OTHER_BRAND_CODE, IYS_CODE, by=OPERATOR)
    moved = f"/sps/{IYS_CODE}/brands/{OTHER_BRAND_CODE}"
    answer = await carrier.post("/ahs/lines/closed", json={"recipients": [YES, NO]})
    assert (answer.status_code, list(answer.json())) == (202, ["requestId"])

    async def are_closed() -> bool:
        return await statuses(ours) == {
            ("MESAJ", "RET", CLOSED),
            ("ARAMA", "RET", CLOSED),
        } and await statuses(ours, moved) == {("MESAJ", "RET", CLOSED), ("ARAMA", "RET", CLOSED)}

    await until(are_closed, seconds=30)
    assert await statuses(ours, phone=NO) == {("MESAJ", "RET", "HS_WEB")}
    assert await statuses(ours, moved, STRANGER) == {("MESAJ", "ONAY", "HS_WEB")}
    told = await ours.post(
        f"/x/brands/{BRAND_CODE}/ask", json={"recipients": [YES], "type": "MESAJ"}
    )
    assert told.json()["list"][0]["reason"] == "REJECTED_LINE_CLOSED"
    assert await find.holder_of(owner, keys, line) is None, "no account has it any more"
    again = await carrier.post("/ahs/lines/closed", json={"recipients": [YES]})
    assert again.status_code == 202


@pytest.mark.usefixtures("at_once")
async def test_a_report_that_comes_before_the_consent_is_seen_waits_for_it(
    carrier, ours, house, owner
):
    """Nothing is projected while somebody holds the numbers."""
    async with owner.transaction():
        await owner.execute("select * from sequence_head for update")
        late = a_row(recipient=STRANGER)
        assert (await ours.post(f"{BRAND}/consents", json=late)).is_success
        answer = await carrier.post("/ahs/lines/closed", json={"recipients": [STRANGER]})
        assert answer.status_code == 202

    async def is_closed() -> bool:
        return await statuses(ours, phone=STRANGER) == {("MESAJ", "RET", CLOSED)}

    await until(is_closed, seconds=30)


@pytest.mark.usefixtures("at_once")
async def test_a_report_ends_while_others_go_on_recording(carrier, ours, house):
    """There is always something that has no number yet."""
    is_over = asyncio.Event()

    async def record_on() -> None:
        while not is_over.is_set():
            row = a_row(recipient=STRANGER, type="ARAMA", consentDate=ago(seconds=1))
            await ours.post(f"{BRAND}/consents", json=row | {"status": choice(("ONAY", "RET"))})

    others = [asyncio.create_task(record_on()) for _ in range(3)]
    try:
        answer = await carrier.post("/ahs/lines/closed", json={"recipients": [YES]})
        assert answer.status_code == 202

        async def is_closed() -> bool:
            return await statuses(ours) == {("MESAJ", "RET", CLOSED)}

        await until(is_closed, seconds=30)
    finally:
        is_over.set()
        await asyncio.gather(*others)


@pytest.mark.usefixtures("at_once")
async def test_whoever_has_the_number_next_may_consent(carrier, ours, house, owner):
    """What is given and recorded after the report stands, though the job comes later."""
    async with owner.transaction():
        await owner.execute("select * from sequence_head for update")
        older = a_row(recipient=YES, type="ARAMA")
        assert (await ours.post(f"{BRAND}/consents", json=older)).is_success
        answer = await carrier.post("/ahs/lines/closed", json={"recipients": [YES, STRANGER]})
        assert answer.status_code == 202
        at = ago()

        async def is_later() -> bool:  # the contract's dates are whole seconds
            return ago() > at

        await until(is_later)
        newer = a_row(recipient=STRANGER, consentDate=ago())
        assert (await ours.post(f"{BRAND}/consents", json=newer)).is_success

    async def is_closed() -> bool:
        return await statuses(ours) == {("MESAJ", "RET", CLOSED), ("ARAMA", "RET", CLOSED)}

    await until(is_closed, seconds=30)
    assert await statuses(ours, phone=STRANGER) == {("MESAJ", "ONAY", "HS_WEB")}


@pytest.mark.usefixtures("at_once")
async def test_a_long_report_is_several_jobs_and_all_its_lines_end(carrier, ours, house):
    others = [f"+90599100{n:04}" for n in range(2 * close_lines.PHONES_MAX)]
    answer = await carrier.post("/ahs/lines/closed", json={"recipients": [*others, YES]})
    assert answer.status_code == 202

    async def is_closed() -> bool:
        return await statuses(ours) == {("MESAJ", "RET", CLOSED)}

    await until(is_closed, seconds=30)


async def test_no_number_waits_in_clear(carrier, house, owner):
    answer = await carrier.post("/ahs/lines/closed", json={"recipients": [YES]})
    assert answer.status_code == 202
    payload = await owner.fetchval("select payload from job where name = 'lines closed'")
    assert payload is not None
    assert YES.encode() not in payload


async def test_what_is_no_line_is_said(carrier):
    answer = await carrier.post("/ahs/lines/closed", json={"recipients": [YES, "x@posta.example"]})
    assert (answer.status_code, codes(answer)) == (422, ["H121"])
    answer = await carrier.post("/ahs/lines/closed", json={"recipients": []})
    assert (answer.status_code, codes(answer)) == (422, ["IZ011"])
