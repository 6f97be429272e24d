"""A code is entered where it was asked for: in its own tab, and the notice is read once."""

import hashlib
import re

import msgspec
import pytest
from builders.parties import BRAND_CODE, OPERATOR
from builders.visitor import MARK, ME, SOMEBODY, Visitor

from izin.brand.manage import set_short_names
from izin.citizen import notice
from izin.web.shared.words import book
from izin.wiring.citizen import open_citizens

READ = "Önce bir soru"
"""Of a number is asked each time since when it is hers; the notice stands there no more."""
FORM = re.compile(r'action="([^"]*/code\?flow=\w+)"')
NOTICE_OF_VERSION = "4 91cb0b"
"""The version, and how a digest of its words begins: whoever changes a word changes both."""


def test_whoever_changes_a_word_of_the_notice_gives_it_a_version():
    said = [(key, words) for key, words in book().items() if key.startswith("citizen.notice_")]
    words = "\n".join(
        text
        for key, both in sorted(said)
        if key.endswith(("_text", "_short"))
        for _, text in sorted(both.items())
    )
    digest = hashlib.sha256(words.encode()).hexdigest()
    assert f"{notice.VERSION} {digest[:6]}" == NOTICE_OF_VERSION


async def begun(visitor: Visitor, address: str) -> tuple[str, str]:
    """Ask for a code in a tab; give where its form goes, and the code."""
    await visitor.get("/sign-in")
    await visitor.send("/sign-in", address=address)
    return FORM.search(visitor.page)[1], await visitor.code()


async def test_two_tabs_lose_nothing_of_each_other(visitor):
    mine, code = await begun(visitor, ME)
    assert "0599 *** ** 01" in visitor.page, "where it went"
    theirs, other_code = await begun(visitor, SOMEBODY)
    assert "0599 *** ** 02" in visitor.page
    assert mine != theirs
    assert "0599 *** ** 01" in (await visitor.get(mine)).text
    await visitor.send(mine, code=code)
    assert "0599 *** ** 01" in visitor.page
    await visitor.send("/notice", owned="always")
    assert "2 izin bulundu" in visitor.page
    await visitor.send("/sign-out")
    await visitor.get(theirs)
    await visitor.send(theirs, code=other_code)
    assert "0599 *** ** 02" in visitor.page


async def test_two_addresses_are_added_in_two_tabs(visitor):
    await visitor.sign_in()
    waiting = []
    for address in ("biri@posta.example", "oteki@kutu.example"):
        await visitor.get("/addresses")
        await visitor.send("/addresses", address=address)
        waiting.append((FORM.search(visitor.page)[1], await visitor.code()))
    assert "o***@k***.example" in visitor.page
    for form, code in waiting:
        await visitor.get(form)
        await visitor.send(form, code=code)
        assert "Adres doğrulandı" in visitor.page
    again = await visitor.send(waiting[0][0], code=waiting[0][1])
    assert again.status_code == 422, "a code is used once"
    assert "Bu kod burada girilemiyor" in again.text


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("/acts?x=1&y=ç", "/acts"),
        ("/sign-in?next=//evil.example", "/consents"),
        ("/sign-in?next=https://evil.example/acts", "/consents"),
        ("/sign-in?next=/%5Cevil.example", "/consents"),
        ("/sign-in?next=/sign-in", "/consents"),
    ],
)
async def test_she_comes_to_the_page_that_she_wanted_and_to_no_other_house(visitor, wanted, there):
    await visitor.get(wanted)
    led = re.search(r'name="next" value="([^"]+)"', visitor.page)
    assert (led is not None) == (wanted.startswith("/acts") or wanted.endswith("=/sign-in"))
    fields = {} if led is None else {"next": led[1]}
    await visitor.send("/sign-in", address=ME, **fields)
    await visitor.send("/sign-in/code", code=await visitor.code())
    answer = await visitor.send("/notice", owned="always")
    assert (answer.status_code, answer.url.path) == (200, there)
    assert answer.url.host == "localhost"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/acts/00000000-0000-4000-8000-000000000000/undo", "/acts/{}"),
        ("/number/since", "/number"),
        ("/isikgiyim/refuse", "/isikgiyim"),
        ("/%5Cevil.example/refuse", "/%5Cevil.example"),
        ("/sign-out", "/"),
        ("/language", "/"),
    ],
)
async def test_the_address_of_a_form_leads_to_its_page(visitor, path, page):
    answer = await visitor.client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == page.format("00000000-0000-4000-8000-000000000000")


@pytest.mark.parametrize(
    "path", ["/sign-in/code", "/sign-in/code?flow=00ff00ff00ff", "/isikgiyim/code?flow=x;y"]
)
async def test_a_code_without_its_beginning_says_how_to_go_on(visitor, given, path):
    await set_short_names(given.database, BRAND_CODE, ["ISIKGIYIM"], by=OPERATOR)
    page = await visitor.get(path)
    assert page.status_code == 410
    assert "Bu kod burada girilemiyor" in page.text
    assert f'href="{path.partition("/code")[0]}"' in page.text
    data = {"mark": MARK.search(visitor.page)[1], "code": "123456"}
    assert (await visitor.client.post(path, data=data)).status_code == 410


async def test_the_notice_is_read_once_a_browser_and_again_in_its_next_version(
    visitor, monkeypatch
):
    await visitor.sign_in()
    for _ in range(2):
        await visitor.send("/sign-out")
        form, code = await begun(visitor, ME)
        await visitor.send(form, code=code)
        assert READ in visitor.page, "it was read here"
        assert "Kim işliyor?" not in visitor.page
        await visitor.send("/notice", owned="always")
        assert "Işık Giyim" in visitor.page
    await visitor.send("/sign-out")
    monkeypatch.setattr(notice, "VERSION", notice.VERSION + 1)
    form, code = await begun(visitor, ME)
    await visitor.send(form, code=code)
    assert "Kim işliyor?" in visitor.page


async def test_who_has_an_account_reads_it_once_for_all_browsers(visitor, app, owner, keyring):
    await visitor.sign_in()
    await visitor.add("biri@posta.example")
    other = Visitor(app, owner, keyring)
    form, code = await begun(other, ME)
    await other.send(form, code=code)
    assert READ in other.page
    assert "Kim işliyor?" not in other.page
    await other.client.aclose()


async def test_the_call_centre_is_named_where_there_is_one(visitor, settings_of_pages):
    for path in ("/", "/help", "/not-mine"):
        assert "tel:" not in (await visitor.get(path)).text
        assert "arayarak" not in visitor.page
    settings = msgspec.structs.replace(settings_of_pages, call_centre_phone="0850 123 45 67")
    async with open_citizens(settings) as app:
        there = Visitor(app, visitor.owner, visitor.keyring)
        for path, times in (("/", 2), ("/help", 2), ("/not-mine", 2), ("/sign-in", 1)):
            await there.get(path)
            assert there.page.count('href="tel:08501234567">0850 123 45 67</a>') == times
        await there.client.aclose()
