"""Who enters a fixed line, wherever an address is shown, reads by which call it refuses."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from builders.browser import screen, serving
from builders.parties import BRAND_CODE, OPERATOR
from builders.visitor import ME, Visitor

from izin.brand.manage import set_short_names
from izin.wiring.citizen import open_citizens

LINE = "0212 555 44 33"
CALL = 'href="tel:08500003338"'


@pytest.fixture
async def pages(app, settings_of_pages, operator_database, tmp_path) -> AsyncIterator:
    """A brand with a page of its own, and a voice menu that answers."""
    await set_short_names(operator_database, BRAND_CODE, ["ISIK"], by=OPERATOR)
    (tmp_path / "ivr.secret").write_text("s" * 40)
    settings = msgspec.structs.replace(
        settings_of_pages,
        call_centre_phone="0850 000 33 38",
        ivr_secret_file=tmp_path / "ivr.secret",
    )
    async with open_citizens(settings) as opened_app:
        yield opened_app


async def test_a_fixed_line_is_led_to_the_menu_from_each_page(pages, owner, keyring, browser):
    visitor = Visitor(pages, owner, keyring)
    for path in ("/sign-in", "/isik", "/addresses"):
        if path == "/addresses":
            await visitor.sign_in(ME)
        await visitor.get(path)
        answer = await visitor.send(path, address=LINE)
        assert answer.status_code == 422
        assert "Sabit hatta kod gönderilemez" in visitor.page
        assert visitor.page.count(CALL) == 2, "the foot of each page has one"
        assert f'class="back" href="{path}"' in visitor.page
        assert (f">{BRAND_CODE}<" in visitor.page) is (path == "/isik")
    await visitor.get("/help")
    assert "aynı numarayı o hattan arayıp" in visitor.page
    assert await owner.fetchval("select count(*) from message") == 1, "her own code alone"
    await visitor.client.aclose()
    async with serving(pages) as base:
        window = await screen(browser, base)
        await window.open("/isik")
        await window.page.fill("#f-address", LINE)
        await window.page.click("main button")
        assert await window.look("fixed line") == {}


async def test_where_no_menu_answers_none_is_named(visitor):
    await visitor.get("/sign-in")
    await visitor.send("/sign-in", address=LINE)
    assert "IZ113" in visitor.page
    await visitor.get("/help")
    assert "tuşlarla" not in visitor.page
