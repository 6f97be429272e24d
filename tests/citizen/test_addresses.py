"""An account holds addresses that were each shown by a code; none opens another."""

import asyncio

import pytest
from builders.heart import a_key, a_proposal, email, phone
from builders.visitor import MARK, ME, SOMEBODY, Visitor

from izin.account import find, keep
from izin.account.model import ADDRESSES_MAX, Bound
from izin.core.clock import utc_now
from izin.core.errors import RefusalError
from izin.core.terms import Channel

MINE, OTHER = "0599 *** ** 01", "0599 *** ** 02"


async def another(visitor, *, address: str = ME) -> Visitor:
    """Another browser, of whoever has this telephone now."""
    one = Visitor(visitor.app, visitor.owner, visitor.keyring)
    await one.sign_in(address)
    return one


async def counts(owner) -> tuple[int, int]:
    return tuple(
        await owner.fetchrow(
            "select (select count(*) from citizen_account), (select count(*) from account_holding)"
        )
    )


async def test_nothing_is_kept_of_whoever_adds_nothing(visitor, owner):
    await visitor.sign_in()
    await visitor.get("/addresses")
    assert "Saklanmıyor" in visitor.page
    assert await counts(owner) == (0, 0)


async def test_two_addresses_are_one_account_and_each_is_shown_by_its_own_code(visitor, owner):
    await visitor.sign_in()
    await visitor.add("biri@posta.example", "iş")
    assert "Adres doğrulandı" in visitor.page
    assert await counts(owner) == (1, 2)
    assert "b***@p***.example" in visitor.page
    assert "iş" in visitor.page
    await visitor.get("/consents")
    assert "Bu adres için kayıtlı izin yok." in visitor.page, "the new one is shown"
    await visitor.get("/addresses")
    await visitor.send("/addresses/show", which=visitor.sign_of(MINE), back="/consents")
    assert "Işık Giyim" in visitor.page
    assert visitor.page.count("<option") >= 2, "a chooser stands on the page"


async def test_a_code_of_one_address_opens_no_other(visitor, owner):
    """T14: the others are listed masked, and each is opened by a code of its own."""
    await visitor.sign_in()
    await visitor.add(SOMEBODY)
    again = await another(visitor)
    await again.get("/addresses")
    assert "Hesabınızdaki öteki adresler" in again.page
    closed = again.sign_of(OTHER)
    await again.send("/addresses/show", which=closed, back="/consents")
    assert "2 izin bulundu" in again.page, "her own, not the other's"
    await again.get("/addresses")
    answer = await again.send("/addresses/remove", which=closed)
    assert answer.status_code == 422
    assert "IZ116" in again.page
    assert await counts(owner) == (1, 2)
    await again.get("/addresses")
    await again.send("/addresses/open", which=closed)
    await again.send("/addresses/code", code=await again.code())
    await again.get("/consents")
    if "ne zamandan beri" in again.page:
        await again.send("/notice", owned="always")
    assert "1 izin bulundu" in again.page
    await again.client.aclose()


async def test_an_address_goes_to_whoever_shows_it_last(visitor, owner, citizen_keys):
    """A recycled number leaves the old account, which is told nothing but that it is gone."""
    await visitor.sign_in()
    await visitor.add("biri@posta.example")
    new = await another(visitor, address="0599 000 00 03")
    await new.add(ME)
    assert await counts(owner) == (2, 3)
    mine = await find.holder_of(owner, citizen_keys, phone(1))
    account = await find.of(owner, citizen_keys, mine)
    assert {each.address for each in account.bound} == {phone(1), phone(3)}
    assert "ne zamandan beri" in (await new.get("/consents")).text, "the old one's word is not hers"
    await visitor.get("/addresses")
    assert "Saklanmıyor" in visitor.page, "shown in that session, but her account's no more"
    fresh = await another(visitor, address="biri@posta.example")
    await fresh.get("/addresses")
    assert "artık hesabınızda değil" in fresh.page
    await fresh.send("/addresses/seen")
    assert MINE not in fresh.page
    for each in (new, fresh):
        await each.client.aclose()


async def test_what_is_removed_is_forgotten(visitor, owner, citizen_keys):
    await visitor.sign_in()
    await visitor.add("biri@posta.example")
    await visitor.send("/addresses/remove", which=visitor.sign_of("b***@p***.example"))
    assert "çıkarıldı" in visitor.page
    assert await find.holder_of(owner, citizen_keys, email("biri")) is None
    assert await counts(owner) == (1, 1)
    await visitor.send("/addresses/remove", which=visitor.sign_of(MINE))
    assert await counts(owner) == (0, 0)
    assert "Telefonunuz ya da e-postanız" in (await visitor.get("/consents")).text


async def test_what_an_account_keeps_is_taken_away(visitor):
    await visitor.sign_in()
    assert (await visitor.get("/account/hesabim.json")).status_code == 404
    await visitor.add(SOMEBODY, "iş")
    given = (await visitor.get("/account/hesabim.json")).json()
    assert [each["address"] for each in given["addresses"]] == [phone(1).clear, phone(2).clear]
    again = await another(visitor)
    given = (await again.get("/account/hesabim.json")).json()
    assert [each["address"] for each in given["addresses"]] == [phone(1).clear, OTHER]
    await again.client.aclose()


async def test_a_name_is_given_and_taken_back(visitor):
    await visitor.sign_in()
    await visitor.add("biri@posta.example", "iş")
    sign = visitor.sign_of("b***@p***.example")
    await visitor.send("/addresses/name", which=sign, label="Işıl'ın <b>evi</b>")
    assert "Işıl'ın <b>evi</b>" in visitor.page, "unescaped here; escaped on the page"
    answer = await visitor.client.get("/addresses")
    assert "<b>evi" not in answer.text
    answer = await visitor.send("/addresses/name", which=sign, label="x" * 41)
    assert answer.status_code == 422


async def test_a_code_of_another_browser_adds_nothing(visitor, owner):
    await visitor.sign_in()
    other = await another(visitor, address="0599 000 00 03")
    for each in (visitor, other):
        await each.get("/addresses")
        await each.send("/addresses", address="biri@posta.example")
        if each is visitor:
            code = await visitor.code()
    answer = await other.send("/addresses/code", code=code)
    assert answer.status_code == 422
    assert await counts(owner) == (0, 0)
    await other.client.aclose()


async def test_nobody_does_anything_with_addresses_unless_she_is_there(visitor, owner):
    await visitor.get("/sign-in")
    for path in ("", "/code", "/open", "/show", "/name", "/remove"):
        await visitor.get("/sign-in")
        await visitor.send(f"/addresses{path}", which="0" * 32, address=ME, code="123456")
        assert "Telefonunuz ya da e-postanız" in visitor.page
    assert await counts(owner) == (0, 0)


@pytest.mark.parametrize("which", ["", "0" * 32, "1" * 9999, "+905990000002"])
async def test_what_is_not_hers_is_not_touched(visitor, owner, which):
    await visitor.sign_in()
    await visitor.add("biri@posta.example")
    for path in ("open", "show", "name", "remove"):
        await visitor.get("/addresses")
        answer = await visitor.send(
            f"/addresses/{path}", which=which, label="x", back="//a.example"
        )
        assert answer.status_code in (200, 422)
        assert answer.url.host == "localhost"
    assert await counts(owner) == (1, 2)


async def test_what_a_reader_of_the_tables_sees_joins_nothing(visitor, owner):
    """Neither an address, nor which of them are one person's."""
    await visitor.sign_in()
    await visitor.add(SOMEBODY, "cep")
    rows = []
    for table in ("citizen_account", "account_holding", "number_word", "citizen_session"):
        rows += [
            row["row"] for row in await owner.fetch(f"select {table}::text as row from {table}")
        ]
    text = "\n".join(rows)
    assert phone(1).clear[3:] not in text
    account = str(await owner.fetchval("select account_id from citizen_account"))
    assert text.count(account) == 1
    tags = [row["tag"] for row in await owner.fetch("select tag from account_holding")]
    others = [row["tag"] for row in await owner.fetch("select tag from number_word")]
    view = [row["tag"] for row in await owner.fetch("select tag from citizen_consent")]
    assert not set(tags) & (set(others) | set(view))
    assert await owner.fetchval("select length(body_sealed) from citizen_account") == 1024 + 34


@pytest.fixture
def citizen_keys(keeper_keyring):
    return keeper_keyring.citizen


def bound(number: int) -> Bound:
    return Bound(phone(number), "", utc_now())


async def test_an_account_has_its_bound(owner, citizen_keys):
    async with owner.transaction():
        many = [bound(each) for each in range(ADDRESSES_MAX)]
        account = await keep.bind(owner, citizen_keys, None, *many)
        with pytest.raises(RefusalError, match="IZ115"):
            await keep.bind(owner, citizen_keys, account.account_id, bound(99))


async def test_two_who_show_the_same_address_at_once_do_not_both_hold_it(
    citizen_database, owner, citizen_keys
):
    """Whoever comes last has it, and no account says that it holds what it does not."""

    async def one(number: int):
        async with citizen_database.transaction() as connection:
            return await keep.bind(connection, citizen_keys, None, bound(number), bound(50))

    accounts = await asyncio.gather(*(one(each) for each in range(6)))
    holder = await find.holder_of(owner, citizen_keys, phone(50))
    for each in accounts:
        account = await find.of(owner, citizen_keys, each.account_id)
        assert (account.held(phone(50)) is not None) is (each.account_id == holder)


async def test_a_further_address_has_its_own_consents(visitor, heart):
    await heart.record(a_proposal(key=a_key(channel=Channel.EPOSTA, address=email("biri"))))
    await heart.number_and_project()
    await visitor.sign_in()
    await visitor.add("biri@posta.example")
    await visitor.get("/consents")
    assert "1 izin bulundu" in visitor.page
    await visitor.change("RET", channel="EPOSTA")
    assert "Ret kaydedildi." in visitor.page
    assert MARK.search(visitor.page)
