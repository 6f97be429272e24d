"""What the desk's pages show, and what their forms do, refuse and keep to themselves."""

import re
from datetime import UTC, datetime

import pytest
from builders.authenticator import Device
from builders.companies import an_application
from builders.desk import PASSWORD
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR, OTHER_IYS_CODE, PARTNER_CODE

from izin.application.apply import apply
from izin.application.intake import parse_application
from izin.ledger.sequence import LEASE_KEY
from izin.member.enrol import Chosen, Enrolling
from izin.member.model import Belongs, Role
from izin.member.passkey import RelyingParty
from izin.partner.model import PartnerState
from izin.wiring.parts import open_parts


async def deeds(owner) -> list[tuple[str, str, str]]:
    """What the trail says was done at the desk: the action, the process, the kind of principal."""
    rows = await owner.fetch(
        "select action, principal_kind, principal from audit_event where process = 'izin_desk'"
        " and action not like 'member.%' order by audit_id"
    )
    return [tuple(row) for row in rows]


async def test_the_trail_names_the_member_and_is_read_page_by_page(desk, given, owner):
    for number in range(30):
        await given.provider(751000 + number)
    who = await desk.someone()
    browser = await desk.sign_in(who)
    await browser.get("/companies/751000")
    await browser.done("/companies/751000/state", state="SUSPENDED")
    assert await deeds(owner) == [("provider.put", "member", who.member_id)]
    await browser.get("/audit?action=provider.put")
    first = re.findall(r"<code>(7510\d\d)</code>", browser.page)
    await browser.get("/audit" + re.search(r'href="/audit(\?[^"]*before=\d+)"', browser.page)[1])
    second = re.findall(r"<code>(7510\d\d)</code>", browser.page)
    assert (len(first), len(second)) == (25, 6)
    assert first[0] == "751000"
    assert set(first[1:]) | set(second) == {str(751000 + number) for number in range(30)}


@pytest.mark.parametrize("text", ["isik giy", "IŞIK", "7310", "parıltı", "731002"])
async def test_a_company_is_found_by_any_part_of_a_name_or_a_code(desk, given, text):
    await given.provider(title="Işık Giyim A.Ş.")
    await given.brand(name="Parıltı")
    await given.provider(OTHER_IYS_CODE, title="Öteki A.Ş.")
    browser = await desk.at_work(Role.VIEWER)
    await browser.get(f"/companies?q={text}")
    assert "Işık Giyim A.Ş." in browser.page
    assert "Öteki" not in browser.page


async def test_a_change_by_another_hand_is_found_at_once(desk, given):
    browser = await desk.at_work(Role.VIEWER)
    await browser.get("/companies")
    await given.provider(title="Sonradan Gelen A.Ş.")
    await browser.get("/companies?q=sonradan")
    assert "Sonradan Gelen A.Ş." in browser.page


async def test_closing_for_ever_asks_for_a_tick_and_a_refused_form_keeps_what_was_written(
    desk, given, owner
):
    await given.provider()
    await given.brand()
    browser = await desk.at_work()
    await browser.get(f"/companies/{IYS_CODE}")
    answer = await browser.send(f"/companies/{IYS_CODE}/state", state="CLOSED")
    assert answer.status_code == 422
    assert "Sürdürmek için kutuyu işaretleyin." in browser.page
    await browser.get(f"/brands/{BRAND_CODE}")
    answer = await browser.send(f"/brands/{BRAND_CODE}/name", name="Яндекс")
    assert answer.status_code == 422
    assert 'value="Яндекс"' in browser.page
    assert "IZ018" in browser.page
    assert await deeds(owner) == []


async def test_a_partner_goes_live_once_everything_is_shown(desk, given):
    await given.partner(
        state=PartnerState.CONTRACTED, iso22301_until=None, iso27001_until=None, fee_paid_on=None
    )
    browser = await desk.at_work(Role.MANAGER)
    path = f"/partners/{PARTNER_CODE}"
    await browser.get(path)
    answer = await browser.send(f"{path}/move", to="LIVE")
    assert "IZ034" in answer.text
    year = datetime.now(UTC).year + 1
    proofs = {"iso22301_until": f"31.12.{year}", "iso27001_until": f"{year}-12-31"}
    await browser.done(f"{path}/evidence", fee_paid_on="01.11.2026", **proofs)
    await browser.done(f"{path}/move", to="LIVE")
    assert "Adım değiştirildi" in browser.page
    assert "✓ Canlı" in browser.page


async def test_an_application_becomes_a_company(desk, owner):
    entry = parse_application(an_application(title="Yepyeni A.Ş."), sandbox=True)
    async with open_parts(desk.settings, role="izin_web") as parts:
        made = await apply(parts.database, parts.keyring, entry, now=datetime.now(UTC), by=OPERATOR)
    browser = await desk.at_work(Role.MANAGER)
    await browser.get("/agreements")
    await browser.done("/agreements/publish", turkish="Metin", english="Text", sure="1")
    path = f"/applications/{made}"
    for step in ("SUBMITTED", "DOCUMENT_CHECK", "SIGNATURE_PENDING"):
        await browser.get(path)
        await browser.done(f"{path}/move", to=step, note="tamam")
    refused = await browser.send(f"{path}/activate", sure="1")
    assert "IZ031" in refused.text
    await browser.done(f"{path}/accept", place="1")
    await browser.done(f"{path}/activate", sure="1", activation="26.11.2026")
    assert "Firma ve ana markası oluşturuldu." in browser.page
    assert "Yepyeni A.Ş." in browser.page
    assert await owner.fetchval("select state from application") == "ACTIVE"


async def test_an_invitation_is_shown_once_and_its_address_never(desk):
    browser = await desk.at_work()
    await browser.get("/staff")
    refused = await browser.send("/staff/invite", name="", email="yeni@kayit.example")
    assert refused.status_code == 422
    assert "yeni@kayit.example" not in browser.page
    shown = await browser.send(
        "/staff/invite", name="Yeni Biri", email="yeni@kayit.example", role="VIEWER"
    )
    [text] = re.findall(r"<code>(izin_\w+)</code>", shown.text)
    await browser.get("/staff")
    for secret in (text, "yeni@kayit.example"):
        assert secret not in browser.page


async def test_nobody_at_the_desk_is_handed_an_invitation_to_another_party(
    desk, given, database, passwords
):
    await given.provider()
    browser = await desk.at_work()
    base = f"/members/company/{IYS_CODE}"
    attempts = [("/invite", {"name": "Ben", "email": "ben@masa.example", "role": "OWNER"})]
    await browser.get(base)
    assert "izin member invite" in browser.page
    assert "/invite" not in browser.page
    someone = await desk.stranger(Belongs(iys_code=IYS_CODE), database, passwords)
    attempts.append((f"/{someone.member_id}/reinvite", {}))
    await browser.get(f"{base}/{someone.member_id}")
    assert "/reinvite" not in browser.page
    for path, fields in attempts:
        answer = await browser.send(base + path, **fields)
        assert answer.status_code in (404, 405)
        assert "izin_" not in answer.text


async def test_whoever_is_stopped_is_out_and_the_last_owner_stays(desk):
    owner = await desk.someone()
    browser, other = await desk.sign_in(owner), await desk.someone(Role.OPERATOR)
    theirs = await desk.sign_in(other)
    await browser.get("/staff")
    refused = await browser.send(f"/staff/{owner.member_id}/stop", sure="1")
    assert "IZ048" in refused.text
    await browser.done(f"/staff/{other.member_id}/stop", sure="1")
    assert "Üyelik bitti." in browser.page
    assert (await theirs.get("/")).status_code == 303


async def test_a_member_of_another_party_is_not_reached_by_the_staff_s_page(desk, given):
    await given.provider()
    stranger, _, _ = await desk.invitation(Role.OWNER, Belongs(iys_code=IYS_CODE))
    browser = await desk.at_work()
    assert (await browser.get(f"/staff/{stranger}")).status_code == 404
    assert (await browser.get(f"/members/company/{OTHER_IYS_CODE}/{stranger}")).status_code == 404
    assert (await browser.get(f"/members/company/{IYS_CODE}/{stranger}")).status_code == 200


async def test_whoever_has_a_passkey_alone_is_told_how_to_come_in(desk, database, passwords):
    _, email, text = await desk.invitation(Role.VIEWER, Belongs())
    rp = RelyingParty("localhost", "http://localhost:8000")
    enrolling = Enrolling(database, desk.keys, passwords, rp)
    now = datetime.now(UTC)
    shown = await enrolling.begin(text, now=now)
    made = Device().create(shown.passkey)
    chosen = Chosen(password=PASSWORD, passkey=made, label="tel")
    await enrolling.finish(text, chosen, client="", now=now)
    browser = desk.browser()
    await browser.get("/sign-in")
    answer = await browser.send("/sign-in", email=email, password=PASSWORD)
    assert answer.status_code == 422
    assert "IZ080" in answer.text


async def test_a_guesser_is_told_when_to_come_again(desk):
    browser = desk.browser()
    await browser.get("/sign-in")
    for _ in range(10):
        answer = await browser.send("/sign-in", email="a@masa.example", password="Kestane-1234")
        assert answer.status_code == 422
    answer = await browser.send("/sign-in", email="a@masa.example", password="Kestane-1234")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_the_status_page_counts_what_waits(desk, owner):
    await owner.execute("update sequence_head set assigned_idx = 1250, published_idx = 1200")
    browser = await desk.at_work(Role.VIEWER)
    await browser.get("/")
    assert "1.250" in browser.page
    assert "… 50" in browser.page
    assert "… 1.200" in browser.page


async def test_what_has_no_number_is_told_with_its_age_while_nobody_numbers(desk, owner):
    await owner.execute(
        "insert into pending (event_id, bucket, brand_ref, side, recorded_at) values"
        " (gen_random_uuid(), 0, gen_random_uuid(), 'HS', now() - interval '1 hour')"
    )
    await owner.execute("insert into job (name, payload, failed_at) values ('x', '', now())")
    await owner.execute("insert into unprojected (idx) values (7)")
    browser = await desk.at_work(Role.VIEWER)
    await browser.get("/")
    assert "✕ Kimse numaralamıyor" in browser.page
    assert re.search(r"✕ 1</strong> en eskisi 3\.6\d\d saniyedir", browser.page)
    assert "Saatte bir yeniden denenir" in browser.page
    assert "izin rebuild hangileri olduğunu söyler" in browser.page


async def test_who_numbers_and_who_is_connected_is_seen(desk, owner):
    browser = await desk.at_work(Role.VIEWER)
    assert await owner.fetchval("select pg_try_advisory_lock($1::bigint)", LEASE_KEY)
    await browser.get("/")
    assert "✓ Numaralıyor" in browser.page
    assert "✓ Bağlı" in browser.page
    assert "! Görünmüyor" in browser.page, "no keeper runs here"
    assert "Bilinmiyor" in browser.page, "how old other copies are"


async def test_a_page_is_light(desk):
    browser = await desk.at_work()
    answer = await browser.get("/")
    css = re.search(r'href="(/static/kit\.\w+\.css)"', answer.text)[1]
    style = await browser.get(css)
    assert "immutable" in style.headers["cache-control"]
    assert len(answer.content) + len(style.content) < 24_000
