"""The registry's people read a company's form, and approve or reject it."""

from builders.desk import DeskHouse
from builders.via import a_form_that_waits

from izin.member.model import Role


async def test_a_form_is_read_and_decided_about(desk: DeskHouse, given, owner):
    await given.provider()
    await given.brand()
    one, other = await a_form_that_waits(owner), await a_form_that_waits(owner)
    viewer = await desk.at_work(Role.VIEWER)
    page = (await viewer.get(f"/via-forms/{one}/1")).text
    assert "Aydınlatma metni (Türkçe)" in page
    assert "/approve" not in page
    browser = await desk.at_work(Role.OPERATOR)
    assert f"/via-forms/{one}/1" in (await browser.get("/via-forms")).text
    await browser.get(f"/via-forms/{one}/1")
    assert (await browser.send(f"/via-forms/{one}/1/approve")).status_code == 422
    await browser.done(f"/via-forms/{one}/1/approve", sure="1")
    await browser.get(f"/via-forms/{other}/1")
    turned = await browser.send(f"/via-forms/{other}/1/reject", reason="Kanal\u202eeksik")
    assert turned.status_code == 422
    assert "6. karakter görünmeyen bir denetim karakteri (U+202E)" in browser.page
    await browser.done(f"/via-forms/{other}/1/reject", reason="Kanal eksik: +905321234567")
    assert "Kanal eksik: [phone]" in browser.page
    found = await owner.fetch("select state from via_form_version order by form_id")
    assert [row["state"] for row in found] == ["APPROVED", "REJECTED"]
    told = await owner.fetch("select principal_kind from audit_event where action like 'via_form%'")
    assert [row["principal_kind"] for row in told] == ["member", "member"]
    again = await browser.send(f"/via-forms/{other}/1/approve", sure="1")
    assert again.status_code == 422
    for path in ("/via-forms/1/1", f"/via-forms/{one}/2", "/via-forms/x/1"):
        assert (await browser.get(path)).status_code == 404
