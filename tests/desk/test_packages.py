"""Packages at the desk: how full they are, what they cost, and what its forms write."""

from datetime import UTC, datetime, timedelta

import pytest
from builders.parties import IYS_CODE, OPERATOR, OTHER_IYS_CODE, PARTNER_CODE

from izin.core.clock import IYS_TIME
from izin.core.codes import IysCode, PartnerCode
from izin.member.model import Role
from izin.subscription.manage import Holder, Wanted, subscribe
from izin.subscription.model import Package

COMPANY, PARTNER = f"/packages/company/{IYS_CODE}", f"/packages/partner/{PARTNER_CODE}"


async def have(given, package: Package, level: int = 1, *, of=None, days: int = 365) -> None:
    """A party's package, begun an hour ago."""
    now = datetime.now(UTC)
    wanted = Wanted(
        package=package,
        level=level,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=days),
    )
    holder = of or Holder(iys_code=IysCode(IYS_CODE))
    await subscribe(given.database, wanted, of=holder, by=OPERATOR)


async def seen(owner, addresses: int, share_told: int = 0, code: int = IYS_CODE) -> None:
    """What the timer has left of this year."""
    await owner.execute(
        "insert into address_year (iys_code, year, addresses_max, reached_at, share_told, told_at)"
        " values ($1, $2, $3, now(), $4::smallint, case when $4 > 0 then now() end)",
        code,
        datetime.now(IYS_TIME).year,
        addresses,
        share_told,
    )


async def test_a_list_tells_how_full_packages_are(desk, given, owner):
    await given.provider(title="Işık Giyim A.Ş.")
    await given.provider(OTHER_IYS_CODE, title="Zeytin Ltd.")
    await given.partner()
    await have(given, Package.ILETI_25)
    await have(given, Package.ILETI_PLUS, of=Holder(iys_code=IysCode(OTHER_IYS_CODE)))
    await have(given, Package.PARTNER_API, 0, of=Holder(partner_code=PartnerCode(PARTNER_CODE)))
    await seen(owner, 20_750, 80)
    browser = await desk.at_work(Role.VIEWER)
    await browser.get("/packages")
    assert "20.750" in browser.page
    assert "25.000" in browser.page
    assert "! %83" in browser.page
    assert f"/packages/partner/{PARTNER_CODE}" in browser.page
    await browser.get("/packages?q=isik")
    assert "Zeytin" not in browser.page
    await browser.get("/packages?which=warned")
    assert "Işık Giyim" in browser.page
    assert "Zeytin" not in browser.page


@pytest.mark.parametrize(("days", "found"), [(10, True), (200, False)])
async def test_what_ends_soon_is_found(desk, given, days, found):
    await given.provider(title="Işık Giyim A.Ş.")
    await have(given, Package.ILETI_5, days=days)
    browser = await desk.at_work(Role.VIEWER)
    await browser.get("/packages?which=ending")
    assert ("Işık Giyim" in browser.page) is found


async def test_a_package_is_written_paused_and_closed_from_the_desk(desk, given, owner):
    await given.provider()
    browser = await desk.at_work(Role.MANAGER)
    await browser.get(COMPANY)
    assert "paket yazılmadı" in browser.page
    year = datetime.now(IYS_TIME).year
    fields = {"package": "ILETI-75", "level": "2", "last_day": f"31.12.{year + 1}"}
    await browser.done(f"{COMPANY}/set", **fields, begins="", address_limit="60.000", excess="may")
    assert "İleti-75 (Seviye 2)" in browser.page
    assert f"31 Aralık {year + 1}" in browser.page
    assert "60.000, aşılabilir" in browser.page
    assert "İYS Yolu" in browser.page
    await browser.done(f"{COMPANY}/state", state="PAUSED")
    assert "… Durduruldu" in browser.page
    refused = await browser.send(f"{COMPANY}/state", state="CLOSED")
    assert "Sürdürmek için kutuyu işaretleyin." in refused.text
    await browser.done(f"{COMPANY}/state", state="CLOSED", sure="1")
    assert "✕ Kapalı" in browser.page
    assert await owner.fetchval("select address_limit from subscription") == 60_000
    told = "select count(*) from audit_event where action = 'subscription.put'"
    assert await owner.fetchval(f"{told} and process = 'izin_desk'") == 3


async def test_a_company_stands_as_its_package_says(desk, given):
    await given.provider()
    await have(given, Package.ILETI_25)
    browser = await desk.at_work(Role.MANAGER)
    await browser.get(COMPANY)
    await browser.done(f"{COMPANY}/state", state="PAUSED")
    for page in ("/companies", f"/companies/{IYS_CODE}"):
        await browser.get(page)
        assert "… Durduruldu" in browser.page


async def test_a_company_s_page_tells_its_addresses_and_what_it_owes(desk, given, owner):
    await given.provider()
    await have(given, Package.ILETI_5, 2)
    await seen(owner, 4_900, 95)
    browser = await desk.at_work(Role.VIEWER)
    await browser.get(f"/companies/{IYS_CODE}")
    assert "4.900 / 5.000" in browser.page
    assert "! %98" in browser.page
    assert "₺0,00" in browser.page


async def test_a_statement_is_of_the_year_that_is_asked_for(desk, given):
    await given.provider()
    await have(given, Package.ILETI_75, 2)
    year = datetime.now(IYS_TIME).year
    browser = await desk.at_work(Role.VIEWER)
    await browser.get(COMPANY)
    assert "₺3.300,00" in browser.page
    await browser.get(f"{COMPANY}?year={year - 1}")
    assert f"{year - 1} yılına düşen paket yok." in browser.page
    assert (await browser.get(f"{COMPANY}?year=99999999999999")).status_code == 200


async def test_a_partner_gets_its_licence_and_shows_what_it_loads(desk, given, owner):
    await given.provider()
    await given.partner()
    await owner.execute(
        "insert into migration_job (migration_id, partner_code, iys_code, rate_kurus, opened_at,"
        " until, records) values (gen_random_uuid(), $1, $2, 1250, now(), now() + '30 days',"
        " 12345)",
        PARTNER_CODE,
        IYS_CODE,
    )
    browser = await desk.at_work(Role.MANAGER)
    await browser.get(PARTNER)
    await browser.done(f"{PARTNER}/set", package="IO-API", excess="tariff")
    assert "İO - API Kullanım Lisansı" in browser.page
    assert "12.345" in browser.page
    assert "₺12,50" in browser.page
    assert "₺154,31" in browser.page


@pytest.mark.parametrize(
    "fields",
    [
        {"package": "ILETI-75", "level": "3"},
        {"package": "NONE", "level": "1"},
        {"package": "IO-API"},
        {"package": "ILETI-5", "address_limit": "-1"},
        {"package": "ILETI-5", "address_limit": "9999999999999"},
        {"package": "ILETI-5", "begins": "01.01.2030", "last_day": "01.01.2029"},
        {"package": "ILETI-5", "begins": "31.12.9999"},
        {"package": "ILETI-5", "last_day": "31.12.9999"},
        {"package": "ILETI-5", "begins": "01.01.0001"},
        {"package": "ILETI-5", "excess": "perhaps"},
    ],
)
async def test_what_is_no_package_is_refused_and_nothing_is_written(desk, given, owner, fields):
    await given.provider()
    browser = await desk.at_work(Role.MANAGER)
    await browser.get(COMPANY)
    answer = await browser.send(f"{COMPANY}/set", **{"excess": "tariff", **fields})
    assert answer.status_code == 422
    assert await owner.fetchval("select count(*) from subscription") == 0


@pytest.mark.parametrize("path", ["/packages/company/1", "/packages/carrier/1", "/packages/x/x"])
async def test_a_party_that_is_not_there_has_no_packages(desk, path):
    browser = await desk.at_work(Role.VIEWER)
    assert (await browser.get(path)).status_code == 404
