"""Parties as rows: what is written, what each version marks, and what is asked of them in sets."""

import pytest
from builders.clock import NOON
from builders.parties import BRAND_CODE, IYS_CODE, OTHER_BRAND_CODE, OTHER_IYS_CODE, RETAILER_CODE

from izin.brand import store as brand_store
from izin.brand.model import Figures
from izin.core.errors import RefusalError
from izin.core.terms import Channel
from izin.provider import store as provider_store
from izin.provider.model import Subscription
from izin.retailer import store as retailer_store
from izin.retailer.model import RetailerStatus

NOBODY = 99999999


@pytest.fixture
async def connection(database):
    async with database.connection() as lent:
        yield lent


async def version(connection) -> int:
    return await provider_store.version_of_parties(connection)


async def test_each_change_of_a_party_takes_the_next_version(connection, given):
    seen = [await version(connection)]
    await given.provider()
    seen.append(await version(connection))
    await given.brand()
    seen.append(await version(connection))
    await given.retailer()
    seen.append(await version(connection))
    assert seen == [0, 1, 2, 3]


async def test_only_rows_changed_since_a_version_are_read(connection, given):
    await given.provider()
    await given.brand()
    since = await version(connection)
    await given.provider(OTHER_IYS_CODE)
    await given.brand(name="Yeni Ad")
    providers = await provider_store.changed(connection, since)
    brands = await brand_store.changed(connection, since)
    assert [each.iys_code for each in providers] == [OTHER_IYS_CODE]
    assert [(each.brand_code, each.name) for each in brands] == [(BRAND_CODE, "Yeni Ad")]


async def test_a_provider_entered_anew_takes_the_new_facts(connection, given):
    await given.provider()
    new = await given.provider(
        subscription=Subscription.PAUSED, has_api=False, title="Yeni Unvan A.Ş.", activated_at=NOON
    )
    assert await provider_store.changed(connection, -1) == [new]


async def test_a_change_that_fails_leaves_the_version_as_it_was(connection, given):
    with pytest.raises(RefusalError, match="H001"):
        await given.brand(of=NOBODY)
    assert await version(connection) == 0


async def test_a_provider_has_one_master_brand(given):
    await given.provider()
    await given.brand(is_master=True)
    with pytest.raises(RefusalError, match="IZ025"):
        await given.brand(OTHER_BRAND_CODE, is_master=True)


async def test_only_active_dealers_of_the_brand_itself_count_as_its_dealers(connection, given):
    await given.provider()
    await given.brand()
    await given.brand(OTHER_BRAND_CODE)
    await given.retailer()
    await given.retailer(10000001, status=RetailerStatus.PASSIVE)
    await given.retailer(10000002, status=RetailerStatus.SUSPENDED)
    await given.retailer(10000003, of=OTHER_BRAND_CODE)
    asked = [RETAILER_CODE, 10000001, 10000002, 10000003, NOBODY]
    assert await retailer_store.active(connection, BRAND_CODE, asked) == {RETAILER_CODE: True}


async def test_a_dealer_is_named_by_its_own_brand_only_and_in_any_status(connection, given):
    await given.provider()
    await given.brand()
    await given.brand(OTHER_BRAND_CODE)
    await given.retailer(10000001, title="Kuzey Ticaret", status=RetailerStatus.PASSIVE)
    await given.retailer(10000002, of=OTHER_BRAND_CODE)
    titles = await retailer_store.titles(connection, BRAND_CODE, [10000001, 10000002, NOBODY])
    assert titles == {10000001: "Kuzey Ticaret"}


async def test_dealers_are_counted_by_brand(connection, given):
    await given.provider()
    await given.brand()
    await given.brand(OTHER_BRAND_CODE)
    await given.retailer()
    await given.retailer(10000001, status=RetailerStatus.PASSIVE)
    counts = await retailer_store.count_by_brand(connection, [BRAND_CODE, OTHER_BRAND_CODE])
    assert counts == {BRAND_CODE: 2}


async def test_figures_of_a_brand_are_summed_over_channels_and_recipients(
    connection, owner, keyring
):
    ref = keyring.pseudonyms.brand_ref(BRAND_CODE)
    other = keyring.pseudonyms.brand_ref(OTHER_BRAND_CODE)
    await owner.executemany(
        "insert into brand_figure values ($1, $2, $3, $4, $5)",
        [(ref, "MESAJ", "BIREYSEL", 20, 3), (ref, "EPOSTA", "TACIR", 2, 4)],
    )
    every = frozenset(Channel)
    found = await brand_store.figures(connection, {ref: every, other: every})
    assert found == {ref: Figures(22, 7)}
    one = frozenset({Channel.EPOSTA})
    assert await brand_store.figures(connection, {ref: one}) == {ref: Figures(2, 4)}


async def test_the_contract_api_itself_changes_no_party_but_dealers_and_accounts(database, given):
    provider = await given.provider()
    async with database.connection() as connection:
        rights = await connection.fetch(
            "select name, has_table_privilege(name, 'insert, update') as may"
            " from unnest($1::text[]) as name",
            ["provider", "brand", "partner", "intermediary", "resource_server", "directory_head"],
        )
    assert provider.iys_code == IYS_CODE
    assert not [row["name"] for row in rights if row["may"]]
