"""What somebody hostile sends to the desk: nothing of it fails, leads away or does anything."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from builders.companies import an_application
from builders.desk import ORIGIN, DeskHouse
from builders.parties import BRAND_CODE, CARRIER_CODE, IYS_CODE, OPERATOR, PARTNER_CODE

import izin.web
from izin.application.agreement import publish
from izin.application.apply import apply
from izin.application.intake import parse_application
from izin.application.model import ApplicationState
from izin.member.model import Role
from izin.web.desk.table import ROWS
from izin.wiring.parts import open_parts

TEMPLATES = "\n".join(
    path.read_text("utf-8") for path in Path(izin.web.__file__).parent.rglob("*.html")
)
FIELDS = {
    *re.findall(r'kit\.(?:field|area|select|tick)\("(\w+)"', TEMPLATES),
    *re.findall(r'<input[^>]*\bname="(\w+)"', TEMPLATES),
    *("short1", "short2", "short3", "before", "next", "back"),
} - {"mark"}
ODD_PIECES = [
    *("0", "-1", "9" * 400, "00731001", "%00", "%0a", "%ff", "..", "%2e%2e", "%2f", "%D9%A3"),
    *("{application}", "urn:uuid:0", "'", "%27%20or%201=1--", "a" * 3000, "%F0%9F%92%A3", "null"),
]
ODD_VALUES = [
    *("\0", "a\0b", "\r\nSet-Cookie: a=b", "\u202eters", "💣" * 50, "{x}", "%s%n", "{{ 7*7 }}"),
    *("-1", "0", "1e9", "٣", "９", "9" * 30, "31.12.9999", "01.01.0001", "0001-01-01", "a" * 1000),
    *("<script>alert(1)</script>", '"><img src=x>', "//evil.example", "'; drop table member; --"),
    *(str(IYS_CODE), "ACTIVE", "CLOSED", "ILETI+", "1", ""),
]


@pytest.fixture
async def filled(owner, given) -> None:
    """Parties of every kind."""
    await given.provider()
    await given.brand()
    await given.partner()
    await given.carrier()
    await given.subscription()


def paths_with(piece: str) -> set[str]:
    return {re.sub(r"\{\w+\}", lambda _: piece, row.path) for row in ROWS} | {f"/static/{piece}"}


def true_path(path: str, kind: str = "company") -> str:
    code = {"company": IYS_CODE, "partner": PARTNER_CODE}[kind]
    known = {"company": IYS_CODE, "brand": BRAND_CODE, "partner": PARTNER_CODE}
    known |= {
        "carrier": CARRIER_CODE,
        "kind": kind,
        "code": code,
        "form": 1000,
        "version": 1,
        "text": UNKNOWN,
    }
    return path.format_map(known | {"application": UNKNOWN, "member": UNKNOWN})


UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("piece", ODD_PIECES)
async def test_an_odd_piece_of_an_address_is_a_page_that_is_not_there(desk, filled, piece):
    browser = await desk.at_work()
    await browser.get("/")
    mark = browser.mark
    for path in sorted(paths_with(piece) - {row.path for row in ROWS}):
        assert (await browser.get(path)).status_code in {200, 303, 404, 405, 422}, path
        answer = await browser.client.post(path, data={"mark": mark})
        assert answer.status_code in {404, 405, 422}, path


@pytest.mark.parametrize("value", ODD_VALUES)
async def test_an_odd_value_in_every_field_of_every_form_is_no_failure(desk, filled, value):
    browser = await desk.at_work()
    await browser.get("/")
    fields, mark = dict.fromkeys(FIELDS, value), browser.mark
    for row in ROWS:
        if row.path == "/sign-out" or row.least is None:
            continue
        path = true_path(row.path)
        if row.does is None:
            answer = await browser.client.get(path, params=fields)
            assert answer.status_code in {200, 303, 404, 422}, path
        else:
            answer = await browser.client.post(path, data=fields | {"mark": mark})
            assert answer.status_code in {200, 303, 404, 422}, f"{path} {answer.status_code}"
        assert "<script>alert" not in answer.text
        assert '"><img' not in answer.text
        assert answer.headers.get("location", "/").startswith("/")
        assert not answer.headers.get("location", "/").startswith("//")


@pytest.mark.parametrize("value", ODD_VALUES)
async def test_an_odd_value_lets_nobody_in_and_fails_nowhere(desk, value):
    browser = desk.browser()
    for path in ("/sign-in", "/sign-in/code", "/invitation", "/invitation/accept", "/language"):
        await browser.get("/sign-in")
        browser.client.cookies.set("izin-desk-half", "izin_half", domain="localhost.local")
        answer = await browser.send(path, **dict.fromkeys(FIELDS, value))
        assert answer.status_code in {303, 422, 429}, path
        assert not answer.headers.get("location", "/").startswith("//")
    assert (await browser.get("/")).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "cookie",
    [
        *("izin-desk-session=x", "izin-desk-session=" + "a" * 7000, "izin-desk-session=%00"),
        *("izin-desk-session=\xe7\xff", "izin-desk-half=\xff; izin-desk-visitor=\xff", "=;=;;"),
        *('izin-desk-visitor="a\\015\\012b"', "izin-desk-language=xx", "izin-desk-device=\xff"),
    ],
)
async def test_an_odd_cookie_is_nobody_s(desk, cookie):
    browser = desk.browser()
    for path in ("/", "/sign-in", "/sign-in/code"):
        answer = await browser.client.get(path, headers={"cookie": cookie.encode("latin-1")})
        assert answer.status_code in {200, 303}, path
        assert "\n" not in str(answer.headers.get("set-cookie"))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "X"])
async def test_another_method_does_nothing(desk, owner, filled, method):
    browser = await desk.at_work()
    before = await owner.fetchval("select count(*) from audit_event")
    for row in ROWS:
        answer = await browser.client.request(method, true_path(row.path))
        looks = method == "HEAD" and answer.status_code in {200, 303, 404, 405}
        assert looks or answer.status_code in {404, 405}, row.path
    assert await owner.fetchval("select count(*) from audit_event") == before


@pytest.mark.parametrize("path", ["/companies/", "/sign-in/", "//evil.example/", "/staff/?a=b"])
async def test_no_answer_names_the_host_that_the_caller_named(desk, path):
    browser = desk.browser()
    raw = browser.client.build_request("GET", ORIGIN + path, headers={"host": "evil.example"})
    answer = await browser.client.send(raw)
    assert answer.status_code in {303, 404}
    assert "evil.example" not in answer.headers.get("location", "")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "https://evil.example", "/\\evil", "/\tx", "javascript:alert(1)", "ü"],
)
async def test_a_choice_of_language_leads_back_into_the_house(desk, back):
    browser = await desk.at_work(Role.VIEWER)
    await browser.get("/")
    answer = await browser.send("/language", language="en", back=back)
    assert answer.headers["location"] == "/"


async def test_another_s_cookie_does_not_fit_one_s_own_form(desk, owner, filled):
    """A form of one session, sent with the cookie of another, is nobody's."""
    one, other = await desk.at_work(), await desk.at_work()
    await one.get("/staff")
    mark = one.mark
    answer = await other.client.post(f"/companies/{IYS_CODE}/state", data={"mark": mark})
    assert answer.status_code == 403
    assert await owner.fetchval("select state from provider") == "ACTIVE"


async def test_a_session_that_ends_during_a_form_does_nothing_and_says_so(desk, owner, filled):
    browser = await desk.at_work()
    await browser.get(f"/companies/{IYS_CODE}")
    await owner.execute("update session set idle_until = now() - interval '1 hour'")
    answer = await browser.send(f"/companies/{IYS_CODE}/state", state="SUSPENDED")
    assert answer.headers["location"] == "/sign-in"
    await browser.get("/sign-in")
    assert "gönderdiğiniz form işlenmedi" in browser.page
    await browser.get("/sign-in?done=not_sent")
    assert "gönderdiğiniz form işlenmedi" not in browser.page, "it is said once, and by no address"
    assert await owner.fetchval("select state from provider") == "ACTIVE"


async def test_two_at_once_make_one_company_of_an_application(desk: DeskHouse, owner):
    await publish(desk.operator, "Metin", "Text", by=OPERATOR)
    entry = parse_application(an_application(title="İkiz A.Ş."), sandbox=True)
    async with open_parts(desk.settings, role="izin_web") as parts:
        made = await apply(parts.database, parts.keyring, entry, now=datetime.now(UTC), by=OPERATOR)
    path = f"/applications/{made}"
    one, other = await desk.at_work(), await desk.at_work()
    for step in list(ApplicationState)[1:4]:
        await one.get(path)
        await one.send(f"{path}/move", to=step)
    await one.get(path)
    await one.done(f"{path}/accept", place="1")
    await other.get(path)
    answers = await asyncio.gather(
        *(each.send(f"{path}/activate", sure="1") for each in (one, other))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert await owner.fetchval("select count(*) from provider") == 1
    assert await owner.fetchval("select count(*) from brand") == 1


async def test_while_the_database_is_held_every_call_is_told_to_come_again(desk, owner, filled):
    browser = await desk.at_work()
    await browser.get("/")
    form = {"mark": browser.mark, "state": "SUSPENDED", "language": "en"}
    async with owner.transaction():
        await owner.execute("lock table session, directory_head in access exclusive mode")
        page, *others = await asyncio.gather(  # each waits ten seconds
            browser.client.get("/packages"),
            browser.client.post("/language", data=form),
            browser.client.post(f"/companies/{IYS_CODE}/state", data=form),
            browser.client.get("/readyz"),
        )
        assert (page.status_code, int(page.headers["retry-after"]) > 0) == (503, True)
        assert [answer.status_code for answer in others] == [503, 503, 503]
        assert (await browser.client.get("/healthz")).status_code == 200
    assert (await browser.get("/")).status_code == 200


async def test_a_path_that_is_quoted_twice_stays_one_of_ours(desk):
    browser = desk.browser()
    asked = await browser.get("/audit?subject=" + quote(quote("//evil.example", safe="")))
    assert asked.headers["location"].startswith("/sign-in?next=/audit")
