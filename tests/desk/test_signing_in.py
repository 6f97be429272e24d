"""Only the registry's own people come in, by password and code, without a script."""

from datetime import UTC, datetime

import pytest
from builders.desk import PASSWORD, Browser
from builders.parties import IYS_CODE

from izin.core.errors import StartRefusedError
from izin.member.model import Belongs, Role
from izin.wiring.desk import open_desk
from izin.wiring.settings import Mode, Settings


async def test_whoever_was_invited_comes_in_looks_and_goes(desk):
    browser = await desk.at_work(Role.VIEWER)
    shown = await browser.get("/")
    assert shown.status_code == 200
    assert '<h1 tabindex="-1">Durum</h1>' in browser.page
    await browser.done("/sign-out")
    assert "Çıkış yapıldı." in browser.page
    assert (await browser.get("/")).headers["location"] == "/sign-in?next=/"


async def test_a_session_that_was_ended_elsewhere_is_of_no_use(desk):
    who = await desk.someone()
    browser = await desk.sign_in(who)
    kept = dict(browser.client.cookies)
    await browser.done("/sign-out")
    browser.client.cookies.update(kept)
    assert (await browser.get("/")).status_code == 303


async def test_a_wrong_password_and_an_unknown_name_are_answered_alike(desk):
    who = await desk.someone()
    browser = desk.browser()
    await browser.get("/sign-in")
    wrong = await browser.send("/sign-in", email=who.email, password="Yanlış-Kestane-742")
    unknown = await browser.send("/sign-in", email="kimse@masa.example", password=PASSWORD)
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace(who.email, "") == unknown.text.replace("kimse@masa.example", "")


OURS = Belongs(iys_code=IYS_CODE)


async def test_a_company_s_owner_is_nobody_here(desk, given, database, passwords):
    await given.provider()
    who = await desk.stranger(OURS, database, passwords)
    browser = desk.browser()
    await browser.get("/sign-in")
    answer = await browser.send("/sign-in", email=who.email, password=PASSWORD)
    assert answer.status_code == 422
    assert "IZ041" in answer.text


async def test_a_company_s_invitation_is_not_taken_here(desk, given):
    await given.provider()
    _, _, text = await desk.invitation(Role.OWNER, OURS)
    browser = desk.browser()
    await browser.get("/invitation")
    answer = await browser.send("/invitation", invitation=text)
    assert answer.status_code == 422
    assert "IZ044" in answer.text


async def test_a_wrong_code_is_asked_for_again_and_three_are_enough(desk):
    who = await desk.someone()
    browser = desk.browser()
    await browser.get("/sign-in")
    await browser.done("/sign-in", email=who.email, password=PASSWORD)
    for _ in range(3):
        assert (await browser.send("/sign-in/code", code="000000")).status_code == 422
    right = who.app.code(datetime.now(UTC))
    assert (await browser.send("/sign-in/code", code=right)).status_code == 422


async def test_after_the_code_the_page_that_was_wanted_is_shown(desk):
    who = await desk.someone()
    browser = desk.browser()
    asked = await browser.get("/audit?company=1")
    await browser.get(asked.headers["location"])
    await browser.done("/sign-in", email=who.email, password=PASSWORD, next="/audit?company=1")
    code = who.app.code(datetime.now(UTC))
    answer = await browser.send("/sign-in/code", code=code, next="/audit?company=1")
    assert answer.headers["location"] == "/audit?company=1"


async def test_two_people_sign_in_in_two_tabs_of_one_browser(desk):
    people = [await desk.someone(), await desk.someone()]
    browser = desk.browser()
    tabs = []
    for who in people:
        await browser.get("/sign-in")
        answer = await browser.send("/sign-in", email=who.email, password=PASSWORD)
        tabs.append(answer.headers["location"])
    for who, tab in zip(people, tabs, strict=True):
        await browser.get(tab)
        answer = await browser.send("/sign-in/code", code=who.app.code(datetime.now(UTC)))
        assert answer.headers["location"] == "/", "each with the code of its own"


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_nobody_is_led_to_another_house(desk, elsewhere):
    who = await desk.someone()
    browser = desk.browser()
    await browser.get("/sign-in")
    answer = await browser.send("/sign-in", email=who.email, password=PASSWORD, next=elsewhere)
    assert answer.headers["location"].endswith("&next=%2F")


async def test_cookies_are_for_us_alone_and_no_script_sees_them(desk):
    who = await desk.someone()
    browser = await desk.sign_in(who)
    answer = await browser.get("/sign-in/code")
    assert answer.headers["location"] == "/sign-in"
    fresh = await desk.browser().get("/sign-in")
    [cookie] = fresh.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


async def test_the_language_is_chosen_by_a_form_and_kept(desk):
    browser = await desk.at_work(Role.VIEWER)
    await browser.get("/applications")
    await browser.done("/language", language="en", back="/applications")
    assert '<html lang="en">' in browser.page
    assert "Applications" in browser.page


async def test_over_https_cookies_are_this_host_s_alone(fresh_database, tmp_path):
    settings = Settings(
        database_url=fresh_database, data_folder=tmp_path, desk_url="https://masa.izin.example"
    )
    async with open_desk(settings) as app:
        answer = await Browser(app).get("/sign-in")
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-izin-desk-visitor=")
    assert {"Secure", "Path=/", "HttpOnly"} <= {each.strip() for each in cookie.split(";")}
    assert "max-age" in answer.headers["strict-transport-security"]


async def test_outside_the_sandbox_the_desk_wants_https(fresh_database, tmp_path):
    settings = Settings(database_url=fresh_database, data_folder=tmp_path, mode=Mode.PRODUCTION)
    with pytest.raises(StartRefusedError, match="IZIN_DESK_URL is http://localhost:8001"):
        async with open_desk(settings):
            pass
