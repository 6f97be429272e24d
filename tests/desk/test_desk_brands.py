"""Brands at the desk: a company gets one, and one goes to another company."""

import re
from datetime import UTC, datetime

import pytest
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_IYS_CODE,
    PARTNER_CODE,
)

from izin.core.codes import BrandCode, IysCode, PartnerCode
from izin.member.model import Role
from izin.partner.mandate import Grant, grant
from izin.partner.model import Scope

MOVE = f"/brands/{BRAND_CODE}/move"


async def test_a_company_s_first_brand_leads_and_the_next_does_not(desk, given, owner):
    await given.provider()
    browser = await desk.at_work(Role.OPERATOR)
    for name in ("Parıltı", "Gölge"):
        await browser.get(f"/companies/{IYS_CODE}")
        await browser.done(f"/companies/{IYS_CODE}/brands/add", name=name)
        assert f'<h1 tabindex="-1">{name}</h1>' in browser.page
    rows = await owner.fetch("select name, is_master from brand order by name")
    assert [tuple(row) for row in rows] == [("Gölge", False), ("Parıltı", True)]


async def test_a_name_like_another_s_is_refused_and_kept_in_the_form(desk, given):
    await given.provider()
    await given.brand(name="Parıltı")
    browser = await desk.at_work(Role.OPERATOR)
    await browser.get(f"/companies/{IYS_CODE}")
    answer = await browser.send(f"/companies/{IYS_CODE}/brands/add", name="PARILTI")
    assert answer.status_code == 422
    assert "IZ017" in browser.page
    assert 'value="PARILTI"' in browser.page


async def test_a_short_name_s_page_and_its_code_for_posters_are_shown(desk, given):
    await given.provider()
    await given.brand(name="Parıltı")
    browser = await desk.at_work(Role.OPERATOR)
    await browser.get(f"/brands/{BRAND_CODE}")
    await browser.done(f"/brands/{BRAND_CODE}/short-names", short1="ISIL", short2="", short3="")
    for end in ("", "/qr.svg", "/qr.png"):
        assert f'href="http://localhost:8002/isil{end}"' in browser.page
    for taken in ("consents", "İzinlerim", "static", "RET"):
        answer = await browser.send(f"/brands/{BRAND_CODE}/short-names", short1=taken)
        assert answer.status_code == 422, taken
        assert "IZ020" in browser.page


async def two_companies(given, database) -> None:
    """A brand with a dealer and a partner's mandate, and a company that may get it."""
    await given.provider(title="Veren A.Ş.")
    await given.brand(name="Parıltı", is_master=False)
    await given.provider(OTHER_IYS_CODE, title="Alan A.Ş.")
    await given.retailer()
    await given.partner()
    mandate = Grant(
        partner_code=PartnerCode(PARTNER_CODE),
        scope=Scope.MESAJ,
        can_write=True,
        valid_from=datetime.now(UTC),
    )
    await grant(database, mandate, of=(IysCode(IYS_CODE), BrandCode(BRAND_CODE)), by=OPERATOR)


async def test_what_goes_along_is_said_before_and_goes_after_the_tick(desk, given, owner, database):
    await two_companies(given, database)
    browser = await desk.at_work(Role.MANAGER)
    await browser.get(f"/brands/{BRAND_CODE}")
    await browser.get(re.search(r'href="(/brands/\d+/move)"', browser.page)[1])
    await browser.get(f"{MOVE}?company={OTHER_IYS_CODE}")
    for said in ("Veren A.Ş.", "Alan A.Ş.", "1 bayi", str(PARTNER_CODE)):
        assert said in browser.page
    refused = await browser.send(MOVE, company=OTHER_IYS_CODE)
    assert refused.status_code == 422
    assert "Alan A.Ş." in refused.text
    assert await owner.fetchval("select iys_code from brand") == IYS_CODE
    await browser.done(MOVE, company=OTHER_IYS_CODE, sure="1")
    assert "Marka yeni firmasına geçti." in browser.page
    assert await owner.fetchval("select iys_code from brand") == OTHER_IYS_CODE
    assert await owner.fetchval("select iys_code from retailer") == OTHER_IYS_CODE
    assert await owner.fetchval("select count(*) from mandate where revoked_at is null") == 0


@pytest.mark.parametrize(
    ("company", "said"),
    [
        ("1", "Bu kodda bir firma yok."),
        (str(IYS_CODE), "Marka zaten bu firmanın."),
        ("x", "Kod yalnız rakamlardan oluşur"),
        ("9" * 30, "Bu alan için çok uzun."),
    ],
)
async def test_a_brand_goes_nowhere_else(desk, given, owner, database, company, said):
    await two_companies(given, database)
    browser = await desk.at_work(Role.MANAGER)
    await browser.get(f"{MOVE}?company={company}")
    assert said in browser.page
    answer = await browser.send(MOVE, company=company, sure="1")
    assert answer.status_code == 422
    assert await owner.fetchval("select iys_code from brand") == IYS_CODE


async def test_a_master_of_others_stays(desk, given):
    await given.provider()
    await given.brand(name="Ana", is_master=True)
    await given.brand(BRAND_CODE + 1, name="Öteki", is_master=False)
    browser = await desk.at_work(Role.MANAGER)
    await browser.get(f"{MOVE}?company={OTHER_IYS_CODE}")
    assert "Önce başka bir marka ana marka yapılmalı." in browser.page
