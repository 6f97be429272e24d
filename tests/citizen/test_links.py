"""Who has a personal link refuses by it in two taps; nobody finds one, and looking changes none."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from builders.browser import screen, serving
from builders.heart import a_key, a_proposal, email, phone
from builders.parties import BRAND_CODE, OPERATOR
from builders.visitor import MARK, RECEIPT, Visitor

from izin.brand.manage import set_short_names
from izin.core.address import REACHED_BY, AddressKind
from izin.core.linkname import LENGTH, draw, read
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.link.find import MISSES
from izin.link.forget import forget_old_links
from izin.link.model import PersonalLink, Reach
from izin.wiring.citizen import open_citizens

MAILBOX = "isik.okur"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def app(settings_of_pages, root, given, heart) -> AsyncIterator:
    """A brand with a telephone's two channels and an e-mail address, and the pages."""
    await given.provider(title="Işık Giyim A.Ş.")
    await given.brand(name="Işık Giyim")
    await set_short_names(given.database, BRAND_CODE, ["ISIK"], by=OPERATOR)
    mail = a_key(channel=Channel.EPOSTA, address=email(MAILBOX))
    await heart.record(
        a_proposal(key=a_key(1)),
        a_proposal(key=a_key(1, channel=Channel.ARAMA)),
        a_proposal(key=a_key(1, recipient_type=RecipientType.TACIR)),
        a_proposal(key=mail),
        a_proposal(key=a_key(2)),
    )
    async with open_citizens(settings_of_pages) as opened_app:
        yield opened_app


async def states(owner) -> set[tuple[str, ...]]:
    """What stands: channel, type, status and source."""
    rows = await owner.fetch(
        "select channel, recipient_type, status, code from provider_consent"
        " join source on id = source"
    )
    return {tuple(row) for row in rows}


async def events(owner) -> int:
    return await owner.fetchval("select count(*) from consent_event")


async def test_two_taps_refuse_and_a_receipt_is_given(visitor, owner, a_link):
    at = await a_link(phone(1))
    await visitor.get(at)
    assert "Işık Giyim size artık ulaşmasın mı: Arama, Mesaj (SMS)?" in visitor.page
    assert "Işık Giyim A.Ş." in visitor.page
    assert "0599 *** ** 01" in visitor.page
    assert 'href="/not-mine">Bu numara benim değil' in visitor.page
    await visitor.send(at, channel="ALL")
    assert visitor.clicks == 1, "the link itself was the other tap"
    assert "Ret kaydedildi" in visitor.page
    receipt = RECEIPT.search(visitor.page)[0]
    assert await states(owner) == {
        ("MESAJ", "BIREYSEL", "RET", "IYS_KISAMESAJ"),
        ("MESAJ", "TACIR", "RET", "IYS_KISAMESAJ"),
        ("ARAMA", "BIREYSEL", "RET", "IYS_KISAMESAJ"),
        ("MESAJ", "BIREYSEL", "ONAY", "HS_WEB"),  # somebody else's
        ("EPOSTA", "BIREYSEL", "ONAY", "HS_WEB"),
    }
    await visitor.get("/verify")
    await visitor.send("/verify", receipt=receipt)
    assert "Geçerli" in visitor.page


async def test_what_a_link_changed_stands_where_she_finds_it_and_may_be_taken_back(
    visitor, owner, heart, a_link
):
    await heart.number_and_project()
    at = await a_link(phone(1), channels=(Channel.MESAJ,))
    await visitor.get(at)
    await visitor.send(at, channel="ALL")
    receipt = RECEIPT.search(visitor.page)[0]
    await visitor.sign_in()
    await visitor.get("/acts")
    assert receipt in visitor.page
    assert "Kısa mesajdaki bağlantı" in visitor.page
    act = re.search(r"/acts/[0-9a-f-]{36}", visitor.page)[0]
    await visitor.get(act)
    await visitor.send(f"{act}/undo")
    assert "Geri alındı." in visitor.page
    assert ("MESAJ", "TACIR", "ONAY", "IYS_WEB") in await states(owner)
    assert await events(owner) == 5 + 2 + 2, "both of its records, and nothing else"


async def test_one_channel_is_refused_alone_and_then_the_other(visitor, owner, a_link):
    at = await a_link(phone(1))
    await visitor.get(at)
    await visitor.send(at, channel="ARAMA")
    assert "Ret kaydedildi" in visitor.page
    assert ("MESAJ", "TACIR", "ONAY", "HS_WEB") in await states(owner)
    await visitor.send(at, channel="MESAJ")
    await visitor.get(at)
    assert "Ret tarihi:" in visitor.page
    assert "Evet, reddet" not in visitor.page
    before = await events(owner)
    await visitor.send(at, channel="ALL")
    assert "Zaten öyleydi" in visitor.page
    assert await events(owner) == before


async def test_a_link_refuses_what_it_is_for_and_nothing_else(visitor, owner, a_link):
    at = await a_link(phone(1), channels=(Channel.MESAJ,))
    before = await events(owner)
    await visitor.get(at)
    for wanted in ("EPOSTA", "ARAMA", "FAX", ""):
        await visitor.send(at, channel=wanted)
    assert await events(owner) == before
    await visitor.send(at, channel="ALL")
    assert ("ARAMA", "BIREYSEL", "ONAY", "HS_WEB") in await states(owner)


async def test_after_a_reload_it_names_the_way_the_last_day_and_the_receipt(
    visitor, owner, heart, a_link
):
    await heart.number_and_project()
    at = await a_link(phone(1), channels=(Channel.MESAJ,))
    await visitor.get(at)
    assert "ulaşmasın mı: Mesaj (SMS)?" in visitor.page
    assert "Bu bağlantı yalnız şunun içindir: Mesaj (SMS)." in visitor.page
    await visitor.send(at, channel="ALL")
    receipt = RECEIPT.search(visitor.page)[0]
    last_day = re.search(r"son gün: *<time[^>]*>[^<]+</time>", visitor.page)[0]
    await visitor.get(at)
    assert "Bu marka size bu yollardan ulaşamaz: Mesaj (SMS)." in visitor.page
    assert receipt in visitor.page
    assert last_day in visitor.page
    assert "Arama" not in visitor.page, "calls stand approved, and are not this link's"
    other = await a_link(phone(1), channels=(Channel.MESAJ, Channel.ARAMA))
    await visitor.get(other)
    assert "ulaşmasın mı: Arama?" in visitor.page
    assert receipt in visitor.page, "the question is of what is left"


async def test_an_address_without_a_record_brings_none(visitor, owner, a_link):
    at = await a_link(phone(9))
    before = await events(owner)
    await visitor.get(at)
    assert "kayıtlı izin yok" in visitor.page
    await visitor.send(at, channel="ALL")
    await visitor.client.post(at, data=ONE_CLICK)
    assert await events(owner) == before


async def test_a_scanner_that_opens_everything_twice_changes_nothing(visitor, owner, a_link):
    """Source: security T29."""
    links = [await a_link(phone(1)), await a_link(email(MAILBOX))]
    before, stood = await events(owner), await states(owner)
    seen: set[str] = set()
    for _ in range(2):
        following = list(links)
        while following:
            at = following.pop()
            for method in ("HEAD", "GET", "GET"):
                answer = await visitor.client.request(method, at, follow_redirects=True)
                assert answer.status_code < 500
            found = re.findall(r'(?:href|action)="(/[^"]*)"', answer.text)
            new = {urlsplit(each).path for each in found} - seen
            seen |= new
            following += sorted(new)
    assert any(each.endswith("/undo") for each in seen) is False, "nothing is refused yet"
    assert await events(owner) == before
    assert await states(owner) == stood
    assert await owner.fetchval("select count(*) from message") == 0


@pytest.mark.parametrize(
    "sent", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}]
)
async def test_one_click_refuses_mails_without_a_page(visitor, owner, a_link, sent):
    at = await a_link(email(MAILBOX))
    headers = {"origin": "https://posta.example", "sec-fetch-site": "cross-site"}
    answers = [await visitor.client.post(at, headers=headers, **sent) for _ in range(3)]
    for answer in answers:
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert "location" not in answer.headers
    assert ("EPOSTA", "BIREYSEL", "RET", "IYS_EPOSTA") in await states(owner)
    assert await events(owner) == 6, "asked three times, it was refused once"


async def test_one_click_at_once_is_one_refusal(visitor, owner, a_link):
    at = await a_link(email(MAILBOX))
    await asyncio.gather(*(visitor.client.post(at, data=ONE_CLICK) for _ in range(8)))
    assert await events(owner) == 6


ELSEWHERE = [
    ("{at}", {"List-Unsubscribe": "One-Click", "channel": "ALL"}),
    ("{at}", {"List-Unsubscribe": "one-click"}),
    ("{at}", {"channel": "ALL"}),
    ("{at}", {}),
    ("{at}/undo", ONE_CLICK),
    ("{at}/code", ONE_CLICK),
    ("/isik", ONE_CLICK),
    ("/isik/refuse", ONE_CLICK),
    ("/consents", ONE_CLICK),
    ("/sign-in", ONE_CLICK),
]


async def test_nothing_else_is_let_in_from_elsewhere(visitor, owner, a_link):
    at = await a_link(email(MAILBOX))
    await visitor.get(at)
    before = await events(owner)
    headers = {"origin": "https://baska.example", "sec-fetch-site": "cross-site"}
    for path, body in ELSEWHERE:
        for marked in ({}, _marked(visitor)):
            answer = await visitor.client.post(
                path.format(at=at), data=body | marked, headers=headers
            )
            assert answer.status_code in (303, 400, 403), "to the sign-in, or refused"
    assert await events(owner) == before
    assert await owner.fetchval("select count(*) from message") == 0


async def test_one_click_is_for_mails(visitor, owner, a_link):
    before = await events(owner)
    answers = [
        await visitor.client.post(at, data=ONE_CLICK) for at in (await a_link(phone(1)), "/k/x")
    ]
    assert [each.status_code for each in answers] == [404, 404]
    assert await events(owner) == before


@pytest.mark.parametrize(
    ("whose", "source"), [(phone(1), "IYS_KISAMESAJ"), (email(MAILBOX), "IYS_EPOSTA")]
)
async def test_a_refusal_is_taken_back_by_a_code_to_its_address(
    visitor, owner, a_link, whose, source
):
    at = await a_link(whose)
    await visitor.get(at)
    await visitor.send(at, channel="ALL")
    await visitor.get(f"{at}/undo")
    [channel, *_] = [each.value for each in reversed(REACHED_BY[whose.kind])]
    await visitor.send(f"{at}/undo", **{channel: "1"})
    told = await visitor.told()
    assert told.to.clear == whose.clear
    is_mail = whose.kind is AddressKind.EMAIL
    assert told.unsubscribe == f"http://localhost:8002{at}"
    assert len(told.body) <= 155 or is_mail
    code = await visitor.code()
    assert len(code) == 8
    wrong = await visitor.send(f"{at}/code", code=f"{(int(code) + 1) % 10**8:08d}")
    assert wrong.status_code == 422
    assert (channel, "BIREYSEL", "ONAY", source) not in await states(owner)
    await visitor.send(f"{at}/code", code=code)
    assert "Onay kaydedildi" in visitor.page
    assert "Evet, reddet" not in visitor.page, "nothing is asked there"
    assert (channel, "BIREYSEL", "ONAY", source) in await states(owner)
    if not is_mail:
        assert ("ARAMA", "BIREYSEL", "RET", source) in await states(owner), "it was not chosen"


async def test_a_code_is_for_what_was_chosen(visitor, owner, a_link):
    at, other = await a_link(phone(1)), await a_link(phone(1))
    await visitor.get(at)
    await visitor.send(at, channel="ALL")
    await visitor.get(f"{at}/undo")
    nothing = await visitor.send(f"{at}/undo")
    assert nothing.status_code == 422
    await visitor.send(f"{at}/undo", MESAJ="1", EPOSTA="1")
    flow = re.search(r"/code\?flow=(\w+)", visitor.page)[1]
    kept = visitor.client.cookies[f"izin-half-{flow}"]
    code, before = await visitor.code(), await events(owner)
    for path, half, status in (
        (at, kept.replace("MESAJ", "ARAMA"), 422),
        (other, kept, 422),
        (at, "x.y", 410),
    ):
        visitor.client.cookies.delete(f"izin-half-{flow}")
        visitor.client.cookies.set(f"izin-half-{flow}", half)
        answer = await visitor.send(f"{path}/code?flow={flow}", code=code)
        assert answer.status_code == status
    assert await events(owner) == before


async def test_what_is_over_or_none_shows_nothing_but_other_ways(visitor, owner, a_link):
    over = await a_link(phone(1), good_for=timedelta(seconds=-1))
    before = await events(owner)
    for at in (over, f"{over}/undo", "/k/7q4m2xkd03vb9trc", "/k/x", f"/k/{'9' * 500}"):
        answer = await visitor.get(at)
        assert answer.status_code == 404
        assert "3338" in visitor.page
        assert "Işık" not in visitor.page
    await visitor.send(over, channel="ALL")
    assert await events(owner) == before


async def test_whoever_goes_through_names_is_stopped_and_refuses_all_the_same(
    visitor, owner, a_link
):
    """Source: security T31."""
    at = await a_link(phone(1))
    await visitor.get(at)
    statuses = [(await visitor.client.get(f"/k/{draw()}")).status_code for _ in range(40)]
    assert statuses == [404] * MISSES.most + [429] * (40 - MISSES.most)
    real = await visitor.client.get(at)
    assert (real.status_code, "Işık" in real.text) == (200, True), "her operator's network is hers"
    tried = await visitor.client.post(f"/k/{draw()}", data=ONE_CLICK)
    assert tried.status_code == 429
    assert int(tried.headers["retry-after"]) > 0
    await visitor.client.post(at, data={**_marked(visitor), "channel": "ALL"})
    assert ("MESAJ", "TACIR", "RET", "IYS_KISAMESAJ") in await states(owner)


def _marked(visitor: Visitor) -> dict[str, str]:
    return {"mark": MARK.search(visitor.page)[1]}


async def test_nothing_of_a_link_is_kept_shown_or_told_in_clear(visitor, owner, a_link, caplog):
    caplog.set_level("DEBUG")
    at = await a_link(phone(1))
    other = await a_link(email(MAILBOX))
    rows = await owner.fetch("select personal_link::text as row from personal_link")
    sizes = await owner.fetch("select distinct length(body_sealed) as size from personal_link")
    for name in (at, other):
        answer = await visitor.get(name)
        said = "".join(each.getMessage() for each in caplog.records if "izin" in each.name)
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert '<meta name="robots" content="noindex">' in answer.text
        kept = "".join(row["row"] for row in rows)
        for secret in (phone(1).clear[3:], MAILBOX):
            assert secret not in kept
            assert secret not in visitor.page.replace(" ", "")
            assert secret not in said
        assert name.removeprefix("/k/") not in kept + said
    assert len(sizes) == 1, "a length tells nobody's kind of address"


async def test_old_links_are_forgotten(a_link, keeper_database, owner):
    await a_link(phone(1), good_for=timedelta(days=-40))
    await a_link(phone(1))
    async with keeper_database.connection() as connection:
        assert await forget_old_links(connection, datetime.now(UTC), 10) == 1
    assert await owner.fetchval("select count(*) from personal_link") == 1


def test_names_are_of_eighty_bits():
    drawn = [draw() for _ in range(2000)]
    assert len(set(drawn)) == len(drawn)
    assert {len(each) for each in drawn} == {LENGTH}
    assert LENGTH * 5 == 80
    for place in range(LENGTH):
        counts = [sum(each[place] == sign for each in drawn) for sign in set("".join(drawn))]
        assert len(counts) == 32, "five bits each"
        # 62.5 are expected; outside this once in some ten million tests
        assert 15 < min(counts) <= max(counts) < 125, "each sign as often as another"


def test_a_name_is_read_as_people_copy_it():
    name = "7q4m2xkd03vb9tr1"
    assert read(name.upper()) == name
    assert read("7q4m2xkdo3vb9trl") == name
    for text in ("", name[:-1], name + "0", "7q4m2xkd03vb9tru", "７q4m2xkd03vb9tr1", "-" * 16):
        assert read(text) is None


async def test_every_page_is_accessible(browser, app, owner, keyring, a_link):
    found = {}
    at = await a_link(phone(1))
    async with serving(app) as base:
        window = await screen(browser, base)

        async def look(name: str) -> None:
            found.update(await window.look(name))

        helper = Visitor(app, owner, keyring)
        await window.open("/k/7q4m2xkd03vb9trc")
        await look("none")
        await window.open(at)
        await look("question")
        await window.page.click("text=Evet, reddet")
        await look("refused")
        await window.open(at)
        await look("refused before")
        await window.page.click("text=Reddi geri al")
        await window.page.click("main button")
        await look("undo, nothing chosen")
        await window.page.click("text=Mesaj (SMS)")
        await window.page.click("main button")
        await look("code")
        await window.page.fill("#f-code", await helper.code())
        await window.page.click("main button")
        await look("approved")
        await window.page.click("text=English")
        await window.open(at)
        await look("english")
        await helper.client.aclose()
    assert not found


def test_what_a_link_reaches_is_what_leads_to_its_address():
    assert {channel for each in REACHED_BY.values() for channel in each} == set(Channel)
    link = PersonalLink(
        reach=Reach(
            brand_code=BRAND_CODE,
            address=phone(1),
            channels=(Channel.MESAJ,),
            recipient_types=(RecipientType.BIREYSEL,),
        ),
        good_until=datetime.now(UTC),
    )
    assert link.source is Source.IYS_KISAMESAJ
    assert phone(1).clear not in repr(link) + repr(link.reach)
    assert Status.RET  # the only thing that is done without a code
