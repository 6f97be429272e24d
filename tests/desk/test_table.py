"""Every page and every form of the desk, as every role, as nobody, and without the form's mark."""

import re
from uuid import uuid4

import pytest
from builders.desk import DeskHouse
from builders.parties import BRAND_CODE, CARRIER_CODE, IYS_CODE, PARTNER_CODE

from izin.member.model import PEOPLE, Role
from izin.web.desk.services import Row, suffices
from izin.web.desk.table import ROWS

ROLES = [each for each in Role if each in PEOPLE]
LOOKS = [row for row in ROWS if row.does is None]
DOES = [row for row in ROWS if row.does is not None]
CLOSED = [row for row in ROWS if row.least is not None]


def path_of(row: Row, application: str) -> str:
    values = {
        "application": application,
        "company": IYS_CODE,
        "brand": BRAND_CODE,
        "partner": PARTNER_CODE,
        "carrier": CARRIER_CODE,
        "form": 1000,
        "version": 1,
        "kind": "company",
        "code": IYS_CODE,
        "member": uuid4(),
        "text": 10_000_001,
    }
    return row.path.format_map(values)


@pytest.fixture
async def application(owner, given) -> str:
    """Parties of every kind, and an application that waits; gives its id."""
    await given.provider()
    await given.brand()
    await given.partner()
    await given.carrier()
    made = await owner.fetchval(
        "insert into application (application_id, state, kind, title, brand_name, tin_tag,"
        " is_joint, contact_sealed) values (gen_random_uuid(), 'SUBMITTED', 'TACIR', 'Yeni A.Ş.',"
        " 'Yeni', gen_random_uuid(), false, '') returning application_id"
    )
    return str(made)


async def trail_length(owner) -> int:
    return await owner.fetchval("select count(*) from audit_event")


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_opens_its_pages_and_sends_its_forms_and_no_others(
    desk: DeskHouse, application, role
):
    browser = await desk.at_work(role)
    found, wanted = {}, {}
    for row in CLOSED:
        if row.path == "/sign-out":
            continue
        path = path_of(row, application)
        answer = await (browser.get(path) if row.does is None else browser.send(path))
        found[row.method, row.path] = answer.status_code == 403
        wanted[row.method, row.path] = not suffices(role, row.least)
        assert answer.status_code in {200, 303, 403, 404, 422}, f"{row.method} {path}"
        await browser.get("/")
    assert found == wanted


async def test_nobody_opens_a_page_or_sends_a_form_without_signing_in(desk, owner, application):
    browser = desk.browser()
    before = await trail_length(owner)
    for row in CLOSED:
        await browser.get("/sign-in")
        path = path_of(row, application)
        answer = await (browser.get(path) if row.does is None else browser.send(path))
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in"), path
    assert await trail_length(owner) == before


async def test_a_form_that_another_site_sends_does_nothing(desk):
    browser = await desk.at_work(Role.OWNER)
    await browser.get("/")
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 303)):
        answer = await browser.client.post(
            "/sign-out", data={"mark": browser.mark}, headers={"sec-fetch-site": site}
        )
        assert answer.status_code == status, site


async def test_a_form_without_the_session_s_own_mark_does_nothing(desk, owner, application):
    browser, other = await desk.at_work(Role.OWNER), await desk.at_work(Role.OWNER)
    await browser.get("/")
    await other.get("/")
    before = await trail_length(owner)
    for row in DOES:
        for mark in ("", "0" * 64, other.mark):
            path = path_of(row, application)
            answer = await browser.client.post(path, data={"mark": mark})
            assert answer.status_code == 403, path
    assert await trail_length(owner) == before
    assert (await browser.get("/")).status_code == 200, "the session goes on"


async def test_looking_changes_nothing(desk, owner, application):
    browser = await desk.at_work(Role.OWNER)
    before = await trail_length(owner)
    for row in LOOKS:
        await browser.get(path_of(row, application))
    assert await trail_length(owner) == before


async def test_a_form_looked_at_does_nothing_and_leads_to_its_page(desk, owner, application):
    browser = await desk.at_work(Role.OWNER)
    looks = {row.path for row in LOOKS}
    before = await trail_length(owner)
    for row in DOES:
        if row.path not in looks:
            path = path_of(row, application)
            answer = await browser.get(path)
            if answer.status_code == 303:
                to = answer.headers["location"]
                assert path.startswith(to), row.path
                assert (await browser.get(to)).status_code in {200, 303, 404}, row.path
            else:
                assert answer.status_code == 404, f"{row.path} is the name of something else"
    assert await trail_length(owner) == before


async def test_every_answer_allows_neither_frames_nor_scripts_nor_keeping(desk, application):
    browser = await desk.at_work(Role.OWNER)
    for row in LOOKS:
        answer = await browser.get(path_of(row, application))
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script|\son\w+=|\sstyle=", answer.text), row.path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/companies/1", 404),
        ("/companies/x", 404),
        ("/applications/x", 404),
        ("/members/registry/1", 404),
        ("/members/company/0", 404),
        ("/members/company/999999", 404),
        ("/members/partner/999999", 404),
        ("/members/carrier/999999", 404),
        ("/audit?since=gestern", 422),
        ("/audit?before=99999999999999999999", 422),
        ("/static/none.css", 404),
    ],
)
async def test_an_address_that_leads_nowhere_says_so(desk, path, status):
    browser = await desk.at_work(Role.VIEWER)
    assert (await browser.get(path)).status_code == status


async def test_a_page_that_is_not_there_keeps_whoever_is_in_where_he_is(desk):
    browser = await desk.at_work(Role.VIEWER)
    await browser.get("/nowhere")
    assert 'href="/companies"' in browser.page
    await browser.done("/language", language="en", back="/")
    assert '<h1 tabindex="-1">Status</h1>' in browser.page


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 300_000),
        ("application/x-www-form-urlencoded", b"a=%ff"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % each for each in range(70))),
    ],
)
async def test_what_is_no_form_of_ours_is_refused(desk, kind, body):
    browser = desk.browser()
    answer = await browser.client.post("/sign-in", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
