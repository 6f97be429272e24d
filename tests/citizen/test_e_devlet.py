"""A citizen comes by e-Devlet, which says who she is and never by which number."""

import logging
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from builders.gateway import Citizen
from builders.heart import phone
from builders.numbers import numbers_in
from builders.visitor import ME, SOMEBODY, Visitor
from msgspec.structs import replace

from izin.account import find, keep
from izin.account.model import Bound
from izin.citizen.number import SILENCE
from izin.core.clock import utc_now
from izin.core.errors import StartRefusedError
from izin.simulator.people import PEOPLE
from izin.simulator.registration import Lie
from izin.web.citizen.flow import name_of
from izin.wiring.citizen import open_citizens

NUMBER = PEOPLE[0].tckn.clear


async def arrives(visitor: Visitor, provider, person: str = "ayse", **form: str) -> None:
    """From the sign-in page to the gateway, and back."""
    await visitor.get("/sign-in")
    url = await visitor.goes_to_gateway()
    async with Citizen(provider) as citizen:
        await visitor.comes_back(await citizen.through(url, person, **form))


async def is_nobody(visitor: Visitor) -> bool:
    return "Telefonunuz ya da e-postanız" in (await visitor.get("/consents")).text


async def all_values(owner) -> list[str | bytes]:
    """Everything that lies in any table."""
    tables = await owner.fetch("select relname from pg_stat_user_tables")
    found: list[str | bytes] = []
    for table in tables:
        for row in await owner.fetch(f"select * from {table['relname']}"):
            found += [each if isinstance(each, bytes) else str(each) for each in row.values()]
    return found


async def numbers_stored(owner) -> set[str]:
    return {number for value in await all_values(owner) for number in numbers_in(value)}


async def test_she_comes_without_an_address_and_adds_one_by_a_code(arrival, provider, owner):
    await arrives(arrival, provider)
    assert "Aydınlatma metni" in arrival.page
    await arrival.send("/notice")
    assert "Henüz adres eklemediniz." in arrival.page
    assert "Henüz adres" in (await arrival.get("/consents")).text
    await arrival.add(ME)
    await arrival.get("/consents")
    await arrival.send("/notice", owned="always")
    assert "Işık Giyim" in arrival.page


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/acts", "/acts"),
        ("/consents?recipient=TACIR&channel=ARAMA", "/consents?recipient=TACIR&channel=ARAMA"),
        ("//elsewhere.example/acts", "/consents"),
        ("https://elsewhere.example", "/consents"),
        ("/" + "a" * 1500, "/consents"),
    ],
)
async def test_she_comes_to_the_page_from_which_she_was_led(arrival, provider, wanted, led_to):
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.add(ME)
    await arrival.get("/consents")
    await arrival.send("/notice", owned="always")
    await arrival.send("/sign-out")
    await arrival.get(f"/sign-in?{urlencode({'next': wanted})}")
    found = re.search(r'action="/e-devlet">.*?name="next" value="([^"]+)"', arrival.page)
    url = await arrival.goes_to_gateway(next=wanted)
    assert "elsewhere" not in url
    assert (found is not None) is (led_to != "/consents" or "aaa" in wanted)
    async with Citizen(provider) as citizen:
        answer = await arrival.comes_back(await citizen.through(url, "ayse"))
    assert answer.url.raw_path.decode() == led_to


async def test_all_that_is_bound_is_opened_when_she_comes_again(arrival, provider, owner):
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.add(ME)
    await arrival.get("/consents")
    await arrival.send("/notice", owned="always")
    await arrival.add("biri@posta.example", "iş")
    await arrival.send("/sign-out")
    before = await owner.fetchval("select count(*) from message")
    await arrives(arrival, provider)
    await arrival.send("/notice")
    assert "Işık Giyim" in arrival.page
    await arrival.change("RET")
    assert "Ret kaydedildi." in arrival.page
    await arrival.get("/addresses")
    assert "Hesabınızdaki öteki adresler" not in arrival.page
    assert await owner.fetchval("select count(*) from message") == before, "no code was needed"
    await arrives(Visitor(arrival.app, owner, arrival.keyring), provider, "mehmet")
    assert await owner.fetchval("select count(*) from citizen_account") == 2, "another is another"


async def test_a_number_that_she_showed_long_ago_takes_a_code(
    arrival, provider, owner, keeper_keyring
):
    """T14: it may be somebody else's by now, who has never come; an e-mail address is hers."""
    keys = keeper_keyring.citizen
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.add(ME)
    await arrival.add("biri@posta.example", "iş")
    await arrival.send("/sign-out")
    account_id = await find.holder_of(owner, keys, phone(1))
    long_ago = Bound(phone(1), "", utc_now() - SILENCE - timedelta(days=1))
    async with owner.transaction():
        await keep.bind(owner, keys, account_id, long_ago)
    await arrives(arrival, provider)
    await arrival.send("/notice")
    assert "Işık Giyim" not in arrival.page
    await arrival.add(ME)
    await arrival.get("/consents")
    await arrival.send("/notice", owned="always")
    assert "Işık Giyim" in arrival.page


async def test_what_left_her_account_is_closed_at_once(arrival, provider, visitor):
    """A recycled number: its new owner shows it while she sits there."""
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.add(SOMEBODY)
    await arrival.get("/consents")
    await arrival.send("/notice", owned="always")
    await arrival.send("/sign-out")
    await arrives(arrival, provider)
    await arrival.send("/notice")
    assert "1 izin bulundu" in arrival.page
    await visitor.sign_in()
    await visitor.add(SOMEBODY)
    assert "Henüz adres eklemediniz." in (await arrival.get("/consents")).text


async def test_a_name_that_was_not_begun_here_lets_nobody_in(arrival, provider, owner):
    """Whoever has an answer of the gateway cannot have another browser signed in by it."""
    await arrival.get("/sign-in")
    url = await arrival.goes_to_gateway()
    async with Citizen(provider) as citizen:
        answer = await citizen.through(url)
    thief = Visitor(arrival.app, owner, arrival.keyring)
    await thief.comes_back(answer)
    assert await is_nobody(thief)
    await thief.get("/sign-in")
    await thief.goes_to_gateway()
    await thief.comes_back(answer)
    assert "süren bir e-Devlet girişi yok" in thief.page, "the answer is of another state"
    [begun] = [each for each in thief.client.cookies if each.startswith("izin-half-")]
    forged = f"izin-half-{name_of(answer['state'])}"
    thief.client.cookies.set(forged, thief.client.cookies[begun])
    await thief.comes_back(answer)
    assert "IZ119" in thief.page, "whatever its cookie is called"
    await arrival.comes_back(answer)
    assert "Aydınlatma metni" in arrival.page
    await arrival.comes_back(answer)
    assert await owner.fetchval("select count(*) from citizen_account") == 1
    await thief.client.aclose()


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        *((each, "IZ119") for each in (Lie.NONCE, Lie.ISSUER, Lie.ISSUER_OF_ANSWER, Lie.KEY)),
        (Lie.EXPIRED, "IZ119"),
        (Lie.FAILS, "IZ118"),
    ],
)
async def test_what_is_not_true_lets_nobody_in(arrival, provider, owner, lie, code):
    provider.lies.add(lie)
    await arrives(arrival, provider)
    assert code in arrival.page
    assert await is_nobody(arrival)
    assert await owner.fetchval("select count(*) from citizen_account") == 0


async def test_who_says_no_there_is_told_that_she_may_come_by_a_code(arrival, provider):
    await arrival.get("/sign-in")
    url = await arrival.goes_to_gateway()
    async with Citizen(provider) as citizen:
        await citizen.open(url)
        await citizen.sign_in()
        await arrival.comes_back(await citizen.agree("deny"))
    assert "IZ117" in arrival.page
    assert await is_nobody(arrival)


async def test_the_form_may_lead_to_the_gateway_and_nowhere_else(arrival, provider):
    await arrival.get("/sign-in")
    answer = await arrival.client.get("/sign-in")
    policy = answer.headers["content-security-policy"]
    assert f"form-action 'self' {provider.issuer};" in policy
    url = urlsplit(await arrival.goes_to_gateway())
    asked = parse_qs(url.query)
    assert asked["scope"] == ["openid"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "acr_values", "max_age"} <= asked.keys()


async def test_without_a_gateway_there_is_no_button(visitor):
    await visitor.get("/sign-in")
    assert "e-Devlet ile gir" not in visitor.page
    assert (await visitor.get("/e-devlet/back?code=x&state=y")).status_code == 404
    answer = await visitor.client.get("/sign-in")
    assert "form-action 'self';" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("missing", ["gateway_client_id", "gateway_secret_file", "gateway_acrs"])
async def test_a_gateway_that_is_set_in_part_refuses_the_start(
    provider, settings_of_pages, fresh_database, missing
):
    facts = {
        "gateway_issuer": provider.issuer,
        "gateway_client_id": "x",
        "gateway_secret_file": settings_of_pages.data_folder / "gateway-secret",
        "gateway_acrs": "x",
    } | {missing: None if missing.endswith("file") else ""}
    with pytest.raises(StartRefusedError, match=missing.upper()):
        async with open_citizens(replace(settings_of_pages, **facts)):
            pass


async def test_no_number_is_anywhere_unless_she_said_so(
    arrival, provider, owner, keeper_keyring, caplog
):
    """T37: the gateway hands it over each time, asked or not; then she asks, and takes it back."""
    caplog.set_level(logging.DEBUG)
    provider.lies.add(Lie.TCKN)
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.add(ME)
    await arrival.get("/account")
    assert "Saklanmıyor" in arrival.page
    assert await numbers_stored(owner) == set()
    answer = await arrival.get("/account/tckn")
    assert answer.status_code == 200
    assert (await arrival.send("/account/tckn")).status_code == 422, "nothing without the tick"
    url = await arrival.goes_to_gateway("/account/tckn", sure="1")
    async with Citizen(provider) as citizen:
        await arrival.comes_back(await citizen.through(url, tckn="1"))
    assert "şifreli saklandı" in arrival.page
    keys = keeper_keyring.citizen
    account_id = await owner.fetchval("select account_id from citizen_account")
    account = await find.of(owner, keys, account_id)
    assert account.tckn.clear == NUMBER
    assert await numbers_stored(owner) == set(), "sealed"
    assert NUMBER not in arrival.page
    await arrival.send("/account/tckn/forget")
    assert "silindi" in arrival.page
    assert (await find.of(owner, keys, account_id)).tckn is None
    assert await numbers_stored(owner) == set()
    assert numbers_in(caplog.text) == set()
    assert len(caplog.text) > 100


async def test_another_person_s_number_is_not_kept_in_her_account(arrival, provider, owner):
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.get("/account/tckn")
    url = await arrival.goes_to_gateway("/account/tckn", sure="1")
    async with Citizen(provider) as citizen:
        await arrival.comes_back(await citizen.through(url, "mehmet", tckn="1"))
    assert "IZ119" in arrival.page
    await arrival.get("/account")
    assert "Saklanmıyor" in arrival.page


async def test_she_may_change_her_mind_at_the_gateway(arrival, provider):
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.get("/account/tckn")
    url = await arrival.goes_to_gateway("/account/tckn", sure="1")
    async with Citizen(provider) as citizen:
        await arrival.comes_back(await citizen.through(url))
    assert "hiçbir şey saklanmadı" in arrival.page


async def test_who_leaves_leaves_nothing_but_what_companies_have(arrival, provider, owner):
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.add(ME)
    await arrival.get("/consents")
    await arrival.send("/notice", owned="always")
    await arrival.change("RET")
    assert await owner.fetchval("select count(*) from citizen_act") == 1
    await arrival.add("biri@posta.example")
    consents = await owner.fetchval("select count(*) from provider_consent")
    await arrival.get("/account/leave")
    assert "Kalanlar" in arrival.page
    assert (await arrival.send("/account/leave")).status_code == 422
    await arrival.send("/account/leave", sure="1")
    assert "Hesabınız silindi." in arrival.page
    for table in (
        "citizen_account",
        "account_holding",
        "number_word",
        "citizen_session",
        "citizen_act",
    ):
        assert await owner.fetchval(f"select count(*) from {table}") == 0, table
    assert await owner.fetchval("select count(*) from provider_consent") == consents
    assert await is_nobody(arrival)
    await arrives(arrival, provider)
    await arrival.send("/notice")
    assert "Henüz adres eklemediniz." in arrival.page, "a stranger again"


async def test_an_account_of_codes_alone_is_left_by_a_code(visitor, owner):
    await visitor.sign_in()
    await visitor.get("/account")
    assert "Bir hesabınız yok" in visitor.page
    await visitor.add("biri@posta.example")
    await visitor.get("/account/leave")
    await visitor.send("/account/leave", sure="1")
    assert await owner.fetchval("select count(*) from account_holding") == 0


async def test_a_code_does_not_erase_what_is_bound_to_a_person(arrival, provider, owner):
    """Whoever was given an old number of hers."""
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.add("biri@posta.example")
    other = Visitor(arrival.app, owner, arrival.keyring)
    await other.get("/sign-in")
    await other.send("/sign-in", address="biri@posta.example")
    await other.send("/sign-in/code", code=await other.code())
    await other.send("/notice")
    await other.get("/account/leave")
    answer = await other.send("/account/leave", sure="1")
    assert (answer.status_code, "IZ116" in other.page) == (422, True)
    assert (await other.get("/account/tckn")).url.path == "/account"
    assert await owner.fetchval("select count(*) from citizen_account") == 1
    await other.client.aclose()
