"""The whole notice of a company's form, for whoever was sent its short one."""

import pytest
from builders.browser import screen, serving
from builders.parties import IYS_CODE, OPERATOR
from builders.via import a_form

from izin.api.form import Form
from izin.api.via_forms import read_draft
from izin.storage.database import Database
from izin.via.forms import approve, make, submit


@pytest.fixture
async def forms(database: Database, operator_database: Database, app) -> int:
    """A form with one version that is approved and one that waits."""
    body = a_form(kvk={"ACIK_RIZA_METNI": {"tr": "Açık rıza\nmetni", "en": "Explicit consent"}})
    draft = read_draft(Form(body, tuple(body)))
    form_id = await make(database, IYS_CODE, "Kasa", draft, by=OPERATOR)
    await submit(database, IYS_CODE, form_id, by=OPERATOR)
    await approve(operator_database, form_id, 1, by=OPERATOR)
    return form_id


async def test_what_is_approved_is_shown_and_nothing_else(visitor, forms):
    page = await visitor.get(f"/n/{forms}/1")
    assert page.status_code == 200
    for said in (
        "Işık Giyim A.Ş.",
        "Aydınlatma metni (Türkçe)",
        "Onay metni (Türkçe)",
        "Açık rıza",
    ):
        assert said in page.text
    alone = await visitor.get(f"/n/{forms}/1/kvk")
    assert "Açık rıza" in alone.text
    assert "Onay metni" not in alone.text, "whoever is asked of personal data alone"
    assert "Aydınlatma metni" not in alone.text
    for path in (
        f"/n/{forms}/2",
        f"/n/{forms}/2/kvk",
        f"/n/{forms + 1}/1",
        "/n/x/1",
        f"/n/{10**9}/1",
    ):
        assert (await visitor.get(path)).status_code == 404


async def test_it_is_accessible(browser, app, forms):
    found = {}
    async with serving(app) as base:
        window = await screen(browser, base)
        await window.open(f"/n/{forms}/1")
        found |= await window.look("notice")
        await window.page.context.close()
    assert found == {}
