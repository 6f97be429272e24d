"""Texts for verifications at the desk: read by all, decided on by who works on applications."""

from builders.parties import IYS_CODE, OPERATOR

from izin.i18n.catalogue import Language
from izin.member.model import Role
from izin.viapass.model import Kind, Wording
from izin.viapass.templates import Draft, submit


def a_draft(body: str) -> Draft:
    wording = Wording(language=Language.TR, body_tr=body, body_en="Your code {code}")
    return Draft(kind=Kind.SMS, wording=wording)


async def test_a_text_is_read_and_decided_on_once(desk, given, database, owner):
    await given.provider()
    good = await submit(database, IYS_CODE, a_draft("Kodunuz <b>{code}</b>"), by=OPERATOR)
    bad = await submit(database, IYS_CODE, a_draft("Bedava {code}"), by=OPERATOR)
    browser = await desk.at_work(Role.OPERATOR)
    await browser.get("/texts")
    raw = await browser.client.get("/texts")
    assert "&lt;b&gt;{code}&lt;/b&gt;" in raw.text
    paths = [f"/texts/{number}/{version}" for number, version in (good, bad)]
    await browser.done(paths[0], to="APPROVED", note="")
    without = await browser.send(paths[1], to="REJECTED", note="")
    assert without.status_code == 422
    await browser.done(paths[1], to="REJECTED", note="Firmanın adı yok.")
    assert "Bu durumda metin yok." in browser.page
    await browser.send(paths[0], to="REJECTED", note="x")
    assert "IZ143" in browser.page
    rows = await owner.fetch("select state, note from pass_template order by submitted_at")
    assert [tuple(row) for row in rows] == [("APPROVED", ""), ("REJECTED", "Firmanın adı yok.")]
    await browser.get("/texts?state=REJECTED")
    assert "Firmanın adı yok." in browser.page


async def test_whoever_looks_decides_nothing(desk, given, database, owner):
    await given.provider()
    number, version = await submit(database, IYS_CODE, a_draft("Kod {code}"), by=OPERATOR)
    browser = await desk.at_work(Role.VIEWER)
    await browser.get("/texts")
    assert 'value="APPROVED"' not in browser.page
    answer = await browser.send(f"/texts/{number}/{version}", to="APPROVED", note="")
    assert answer.status_code == 403
    assert await owner.fetchval("select state from pass_template") == "SUBMITTED"
