"""Reports over HTTP: what happened by day, by whom, by which dealer and partner; what stands."""

from datetime import UTC, datetime, timedelta

import pytest
from builders.door import codes
from builders.heart import until
from builders.house import BRAND, a_row, ago
from builders.members import member
from builders.parties import BRAND_CODE, PARTNER_CODE, RETAILER_CODE

from izin.core.clock import IYS_TIME
from izin.report import read as reading

pytest_plugins = ("builders.house",)

REPORT = f"/x/brands/{BRAND_CODE}/reports/movements"
STANDING = f"/x/brands/{BRAND_CODE}/reports/standing"
PARTNER_USER = "api@ortak.example"


def today() -> str:
    return datetime.now(UTC).astimezone(IYS_TIME).date().isoformat()


async def happened(client, number: int, **fields) -> None:
    answer = await client.post(f"{BRAND}/consents", json=a_row(number, **fields))
    assert answer.status_code == 200, answer.text


async def counted(house, count: int) -> None:
    """Wait until so many movements are in the figures."""

    async def done() -> bool:
        async with house.parts.database.connection() as connection:
            return await connection.fetchval("select counted_idx from sequence_head") == count

    await until(done)


async def told(client, **query) -> list[dict]:
    answer = await client.get(REPORT, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["list"]


def counts(row: dict) -> tuple[int, int, int]:
    return row["approvals"], row["renewals"], row["rejections"]


@pytest.fixture
async def lived(house, ours, given):
    """Two consents by a dealer, one renewed, one refused; one merchant's by nobody."""
    await given.retailer()
    for number in (1, 2):
        await happened(ours, number, retailerCode=RETAILER_CODE)
    await happened(ours, 1, consentDate=ago(minutes=5), source="HS_MOBIL")
    await happened(ours, 2, status="RET", consentDate=ago(minutes=5))
    await happened(ours, 3, recipientType="TACIR", source=None, consentDate=None)
    await counted(house, 5)
    return ours


async def test_what_happened_is_told_in_all_and_apart(lived):
    [whole] = await told(lived)
    assert counts(whole) == (3, 1, 1)
    assert set(whole) == {"approvals", "renewals", "rejections"}
    by_source = {row.get("source"): counts(row) for row in await told(lived, by="source")}
    assert by_source == {None: (1, 0, 0), "HS_WEB": (2, 0, 1), "HS_MOBIL": (0, 1, 0)}
    by_kind = {row["recipientType"]: counts(row) for row in await told(lived, by="recipientType")}
    assert by_kind == {"BIREYSEL": (2, 1, 1), "TACIR": (1, 0, 0)}
    [day] = await told(lived, by="day,type,actor")
    assert (day["period"], day["type"], day["actor"]) == (today(), "MESAJ", "PROVIDER")
    [month] = await told(lived, by="month")
    assert month["period"] == today()[:7]


async def test_a_dealer_is_counted_for_what_it_brought(lived, given):
    """A renewal that names no dealer keeps the consent's, and brought nothing by it."""
    rows = {row.get("retailerCode"): counts(row) for row in await told(lived, by="retailer")}
    assert rows == {str(RETAILER_CODE): (2, 0, 0)}
    [one] = await told(lived, by="day", retailerCode=RETAILER_CODE)
    assert counts(one) == (2, 0, 0)
    assert codes(await lived.get(REPORT, params={"retailerCode": 99_999_999})) == ["H058"]


async def test_days_that_are_not_asked_for_are_left_out(lived):
    yesterday = (datetime.now(IYS_TIME).date() - timedelta(days=1)).isoformat()
    assert await told(lived, to=yesterday) == []
    assert len(await told(lived, **{"from": today(), "to": today(), "by": "day"})) == 1


async def test_a_report_comes_as_a_table_too(lived):
    answer = await lived.get(REPORT, params={"by": "day,source", "format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    heading, *rows = answer.content.decode("utf-8-sig").splitlines()
    assert heading == "period;source;approvals;renewals;rejections"
    assert f"{today()};HS_MOBIL;0;1;0" in rows


async def test_what_stands_is_told(lived):
    rows = (await lived.get(STANDING)).json()["list"]
    assert [(row["recipientType"], row["approvals"], row["rejections"]) for row in rows] == [
        ("BIREYSEL", 1, 1),
        ("TACIR", 1, 0),
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"by": "colour"},
        {"by": "day,month"},
        {"by": "day,day"},
        {"by": "source,actor"},
        {"by": "source", "retailerCode": "1"},
        {"by": ","},
        {"from": "dün"},
        {"from": "0001-01-01"},
        {"from": "20260101"},
        {"to": "2026-02-30"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"from": "2025-01-01", "to": "2026-01-02"},
        {"format": "xml"},
        {"retailerCode": "x"},
        {"colour": "red"},
    ],
)
async def test_what_cannot_be_asked_is_said(ours, query):
    answer = await ours.get(REPORT, params=query)
    assert (answer.status_code, set(codes(answer))) == (422, {"IZ011"})


async def test_a_year_may_be_asked_for(ours):
    assert await told(ours, **{"from": "2025-01-01", "to": "2026-01-01"}) == []


async def test_a_report_that_is_too_long_is_refused(lived, monkeypatch):
    monkeypatch.setattr(reading, "ROWS_MAX", 1)
    answer = await lived.get(REPORT, params={"by": "source"})
    assert (answer.status_code, codes(answer)) == (400, ["IZ092"])


@pytest.fixture
async def partner(house, given):
    """It writes our brand's messages."""
    await given.partner()
    await given.api_user(PARTNER_USER, partner=PARTNER_CODE)
    body = {"partnerCode": PARTNER_CODE, "scope": "MESAJ", "right": "write"}
    async with await member(given, house) as leading:
        answer = await leading.post(f"/x/brands/{BRAND_CODE}/mandates", json=body)
    assert answer.status_code == 201, answer.text
    async with await house.sign_in(PARTNER_USER, "Sessiz-Kavak-31") as client:

        async def is_known() -> bool:
            return (await client.get(STANDING)).is_success

        await until(is_known)
        yield client


async def test_what_a_partner_brought_is_told_by_its_code(house, ours, partner):
    await happened(partner, 1)
    await happened(ours, 2)
    await happened(ours, 3, type="EPOSTA", recipient="kisi@posta.example")
    await counted(house, 3)
    by_partner = {row.get("partnerCode"): counts(row) for row in await told(ours, by="partner")}
    assert by_partner == {str(PARTNER_CODE): (1, 0, 0)}
    by_actor = {row["actor"]: counts(row) for row in await told(ours, by="actor")}
    assert by_actor == {"PARTNER": (1, 0, 0), "PROVIDER": (2, 0, 0)}
    [whole] = await told(partner)  # of its own channel only
    assert counts(whole) == (2, 0, 0)


async def test_only_a_package_with_the_module_shows_them(house, ours, given):
    await given.subscription(level=1)

    async def is_shut() -> bool:
        return (await ours.get(REPORT)).status_code == 403

    await until(is_shut)
    assert codes(await ours.get(REPORT)) == ["IZ078"]
    assert codes(await ours.get(STANDING)) == ["IZ078"]
