"""Who she is at e-Devlet is bound to what she has shown by codes, and forgotten when she says."""

from urllib.parse import parse_qs, urlencode, urlsplit

from builders.gateway import Citizen
from builders.heart import phone
from builders.visitor import ME, SOMEBODY, Visitor

from izin.account import find
from izin.core.address import Address, AddressKind

MAIL = "biri@posta.example"
MASKED = Address(MAIL, AddressKind.EMAIL).masked


async def binds(visitor: Visitor, provider, person: str = "ayse") -> None:
    """From the page of her account to e-Devlet, and back."""
    await visitor.get("/account/bind")
    url = await visitor.goes_to_gateway("/account/bind")
    async with Citizen(provider) as citizen:
        await visitor.comes_back(await citizen.through(url, person))


async def arrives(visitor: Visitor, provider, person: str = "ayse") -> None:
    await visitor.get("/sign-in")
    url = await visitor.goes_to_gateway()
    async with Citizen(provider) as citizen:
        await visitor.comes_back(await citizen.through(url, person))


async def in_by_code(arrival: Visitor, address: str) -> None:
    """Whoever comes by a code alone, the notice read."""
    await arrival.get("/sign-in")
    await arrival.send("/sign-in", address=address)
    answer = await arrival.send("/sign-in/code", code=await arrival.code())
    if answer.url.path == "/notice":
        await arrival.send("/notice", owned="always")


async def test_an_account_of_codes_is_bound_and_opened_by_e_devlet(
    arrival, provider, owner, keeper_keyring
):
    await arrival.sign_in()
    await arrival.add(MAIL, "iş")
    await arrival.get("/account")
    assert "e-Devlet'i bağla" in arrival.page
    await binds(arrival, provider)
    assert "e-Devlet bağlandı" in arrival.page
    assert "Bağlı:" in arrival.page
    assert await owner.fetchval("select count(*) from citizen_account") == 1
    account_id = await find.holder_of(owner, keeper_keyring.citizen, phone(1))
    account = await find.of(owner, keeper_keyring.citizen, account_id)
    assert [each.label for each in account.bound] == ["", "iş"]
    assert account.gateway_tag is not None
    await arrival.send("/sign-out")
    before = await owner.fetchval("select count(*) from message")
    await arrives(arrival, provider)
    assert "Işık Giyim" in (await arrival.get("/consents")).text, "the notice was read"
    assert "Hesabınızdaki öteki adresler" not in (await arrival.get("/addresses")).text
    assert await owner.fetchval("select count(*) from message") == before, "no code was needed"


async def test_what_was_not_shown_in_this_session_is_not_taken(arrival, provider, owner):
    """Whoever was given one old number does not have the rest of that account by e-Devlet."""
    await arrival.sign_in()
    await arrival.add(MAIL)
    await arrival.send("/sign-out")
    await in_by_code(arrival, ME)
    await arrival.get("/account/bind")
    left = arrival.page.split("Bağlanmayacak adresler")[1]
    assert MASKED in left
    await binds(arrival, provider, "mehmet")
    assert "e-Devlet bağlandı" in arrival.page
    await arrival.get("/addresses")
    assert MASKED not in arrival.page
    await arrival.send("/sign-out")
    await in_by_code(arrival, MAIL)
    await arrival.get("/addresses")
    assert phone(1).masked in arrival.page.split("<caption>")[0], (
        "the former holder of the number is told that it went"
    )
    assert await owner.fetchval("select count(*) from citizen_account") == 2


async def test_who_has_come_by_e_devlet_before_has_it_joined(arrival, provider, owner):
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.add(MAIL)
    await arrival.send("/sign-out")
    await arrival.sign_in()
    await binds(arrival, provider)
    assert "ona eklendi" in arrival.page
    await arrival.get("/addresses")
    assert MASKED in arrival.page, "opened: it is she who came"
    assert "Hesabınızdaki öteki adresler" not in arrival.page
    assert await owner.fetchval("select count(*) from citizen_account") == 1


async def test_an_address_that_another_has_shown_since_stays_there(arrival, provider, owner):
    await arrival.sign_in()
    url = await arrival_at_gateway(arrival)
    other = Visitor(arrival.app, owner, arrival.keyring)
    await other.sign_in()
    await other.add(SOMEBODY)
    async with Citizen(provider) as citizen:
        await arrival.comes_back(await citizen.through(url))
    assert "IZ164" in arrival.page
    await other.get("/addresses")
    assert phone(1).masked in other.page.split("<caption>")[1]
    assert await owner.fetchval("select count(*) from citizen_account") == 1
    await other.client.aclose()


async def arrival_at_gateway(arrival: Visitor) -> str:
    await arrival.get("/account/bind")
    return await arrival.goes_to_gateway("/account/bind")


async def test_an_account_of_one_person_is_not_bound_to_another(arrival, provider, owner):
    """Two sessions begin while it is free; and where it is bound no way begins."""
    await arrival.sign_in()
    await arrival.add(MAIL)
    other = Visitor(arrival.app, owner, arrival.keyring)
    await in_by_code(other, MAIL)
    url = await arrival_at_gateway(other)
    await binds(arrival, provider, "ayse")
    async with Citizen(provider) as citizen:
        await other.comes_back(await citizen.through(url, "mehmet"))
    assert "IZ164" in other.page
    await other.get("/account")
    await other.send("/sign-out")
    await in_by_code(other, MAIL)
    assert (await other.get("/account/bind")).url.path == "/account"
    assert "Bağı kaldırmak için e-Devlet ile girin." in other.page
    assert (await other.get("/account/unbind")).url.path == "/account"
    assert await owner.fetchval("select count(*) from citizen_account") == 1
    await other.client.aclose()


async def test_a_session_that_has_ended_binds_nothing(arrival, provider, owner):
    await arrival.sign_in()
    url = await arrival_at_gateway(arrival)
    await arrival.send("/sign-out")
    async with Citizen(provider) as citizen:
        await arrival.comes_back(await citizen.through(url))
    assert "süren bir e-Devlet girişi yok" in arrival.page
    assert await owner.fetchval("select count(*) from citizen_account") == 0


async def test_of_a_number_she_says_first_since_when_it_is_hers(arrival, provider):
    await arrival.get("/sign-in")
    await arrival.send("/sign-in", address=ME)
    await arrival.send("/sign-in/code", code=await arrival.code())
    assert (await arrival.get("/account/bind")).url.path == "/notice"


async def test_unbinding_forgets_who_she_is_and_leaves_her_addresses(
    arrival, provider, owner, keeper_keyring
):
    await arrives(arrival, provider)
    await arrival.send("/notice")
    await arrival.add(MAIL, "iş")
    await arrival.get("/account/tckn")
    url = await arrival.goes_to_gateway("/account/tckn", sure="1")
    async with Citizen(provider) as citizen:
        await arrival.comes_back(await citizen.through(url, tckn="1"))
    await arrival.send("/sign-out")
    await arrives(arrival, provider)
    elsewhere = Visitor(arrival.app, owner, arrival.keyring)
    await arrives(elsewhere, provider)
    await arrival.get("/account/unbind")
    await arrival.send("/account/unbind")
    assert "Adresleriniz yeniden kodla açılır." in arrival.page
    keys = keeper_keyring.citizen
    account_id = await owner.fetchval("select account_id from citizen_account")
    account = await find.of(owner, keys, account_id)
    assert (account.gateway_tag, account.tckn, account.tckn_at) == (None, None, None)
    assert [each.label for each in account.bound] == ["iş"]
    assert await owner.fetchval("select count(*) from account_holding") == 1
    for visitor in (arrival, elsewhere):
        page = (await visitor.get("/consents")).text
        assert "Telefonunuz ya da e-postanız" in page, "what e-Devlet had opened is closed"
    await in_by_code(arrival, MAIL)
    assert "Bağlı değil." in (await arrival.get("/account")).text
    await elsewhere.client.aclose()


async def test_she_is_asked_to_sign_in_anew_each_time(arrival, provider):
    """On a machine that others use, the next one is not let in by her session at e-Devlet."""
    async with Citizen(provider) as citizen:
        await arrival.get("/sign-in")
        url = await arrival.goes_to_gateway()
        assert parse_qs(urlsplit(url).query)["prompt"] == ["login"]
        await arrival.comes_back(await citizen.through(url))
        await arrival.send("/sign-out")
        await arrival.get("/sign-in")
        await citizen.open(await arrival.goes_to_gateway())
        assert "Kim olarak" in citizen.seen[-1]


async def test_who_says_no_there_comes_back_to_what_she_wanted(arrival, provider):
    await arrival.get(f"/sign-in?{urlencode({'next': '/acts'})}")
    url = await arrival.goes_to_gateway(next="/acts")
    async with Citizen(provider) as citizen:
        await citizen.open(url)
        await citizen.sign_in()
        await arrival.comes_back(await citizen.agree("deny"))
    assert "IZ117" in arrival.page
    assert 'href="/sign-in?next=/acts"' in arrival.page
