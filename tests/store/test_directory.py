"""The copy of the parties: young, or closed."""

import asyncio

import pytest
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_BRAND_CODE,
    OTHER_IYS_CODE,
)

from izin.access.directory import AGE_S_MAX, Directory
from izin.access.transfer import transfer_brand
from izin.brand.model import BrandStatus
from izin.core.errors import UnavailableError
from izin.provider.model import Subscription
from izin.storage.database import Database


async def test_before_the_first_reading_it_answers_nothing(directory):
    for ask in (directory.provider, directory.brand, directory.brands_of):
        with pytest.raises(UnavailableError):
            ask(IYS_CODE)


async def test_a_registry_without_parties_is_known_to_have_none(directory):
    await directory.refresh()
    assert directory.provider(IYS_CODE) is None
    assert directory.brand(BRAND_CODE) is None
    assert directory.brands_of(IYS_CODE) == ()


async def test_it_knows_a_brand_with_the_reference_of_its_consents(directory, given, keyring):
    await given.provider()
    await given.brand(name="Sarnıç", is_master=True)
    await directory.refresh()
    brand = directory.brand(BRAND_CODE)
    assert (brand.iys_code, brand.name) == (IYS_CODE, "Sarnıç")
    assert (brand.is_master, brand.is_active) == (True, True)
    assert brand.brand_ref == keyring.pseudonyms.brand_ref(BRAND_CODE)


async def test_it_knows_a_provider_as_it_was_registered(directory, given):
    provider = await given.provider(subscription=Subscription.EXPIRED, has_api=False)
    await directory.refresh()
    assert directory.provider(IYS_CODE) == provider


async def test_a_providers_brands_come_master_first_then_by_code(directory, given):
    await given.provider()
    await given.provider(OTHER_IYS_CODE)
    for code in (30003, 10001):
        await given.brand(code)
    await given.brand(20002, is_master=True)
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE)
    await directory.refresh()
    assert [each.brand_code for each in directory.brands_of(IYS_CODE)] == [20002, 10001, 30003]


async def test_it_sees_what_changed_since_and_keeps_the_rest(directory, given):
    await given.provider()
    await given.brand()
    await given.brand(10001)
    await directory.refresh()
    await given.brand(name="Yeni Ad", status=BrandStatus.SUSPENDED)
    await given.provider(subscription=Subscription.PAUSED)
    await directory.refresh()
    changed = directory.brand(BRAND_CODE)
    assert (changed.name, changed.is_active) == ("Yeni Ad", False)
    assert directory.provider(IYS_CODE).subscription is Subscription.PAUSED
    assert directory.brand(10001).name == "Marka 10001"


async def test_a_brand_that_moves_leaves_its_old_provider(directory, given, operator_database):
    await given.provider()
    await given.provider(OTHER_IYS_CODE)
    await given.brand()
    await directory.refresh()
    await transfer_brand(operator_database, BRAND_CODE, OTHER_IYS_CODE, by=OPERATOR)
    await directory.refresh()
    assert directory.brands_of(IYS_CODE) == ()
    assert [each.brand_code for each in directory.brands_of(OTHER_IYS_CODE)] == [BRAND_CODE]
    assert directory.brand(BRAND_CODE).iys_code == OTHER_IYS_CODE


async def test_a_deleted_brand_is_gone_even_when_another_came_at_once(directory, given, owner):
    await given.provider()
    await given.brand()
    await directory.refresh()
    await owner.execute("delete from brand")
    await given.brand(10001)
    await directory.refresh()
    assert directory.brand(BRAND_CODE) is None
    assert [each.brand_code for each in directory.brands_of(IYS_CODE)] == [10001]


async def test_a_deleted_provider_is_gone(directory, given, owner):
    await given.provider()
    await given.provider(OTHER_IYS_CODE)
    await directory.refresh()
    await owner.execute("delete from provider where iys_code = $1", OTHER_IYS_CODE)
    await owner.execute("update directory_head set version = version + 1")
    await directory.refresh()
    assert directory.provider(OTHER_IYS_CODE) is None
    assert directory.provider(IYS_CODE) is not None


async def test_a_database_that_was_restored_to_an_earlier_day_is_read_anew(directory, given, owner):
    await given.provider(title="Eski Unvan")
    restored = await owner.fetchval("select version from directory_head")
    await given.provider(title="Yeni Unvan")
    await directory.refresh()
    await owner.execute("update provider set title = 'Eski Unvan', changed_in = $1", restored)
    await owner.execute("update directory_head set version = $1", restored)
    await directory.refresh()
    assert directory.provider(IYS_CODE).title == "Eski Unvan"


async def test_without_a_refresh_it_answers_for_five_seconds_and_then_closes(
    directory, given, clock
):
    await given.provider()
    await directory.refresh()
    clock.forward(AGE_S_MAX)
    assert directory.provider(IYS_CODE) is not None
    clock.forward(0.001)
    with pytest.raises(UnavailableError):
        directory.provider(IYS_CODE)
    await directory.refresh()
    assert directory.provider(IYS_CODE) is not None


async def test_a_refresh_that_fails_does_not_make_the_copy_young(directory, given, clock, database):
    await given.provider()
    await directory.refresh()
    await database.close()
    clock.forward(4)
    with pytest.raises(UnavailableError):
        await directory.refresh()
    assert directory.age_s() == 4
    assert directory.provider(IYS_CODE) is not None
    clock.forward(2)
    with pytest.raises(UnavailableError):
        directory.provider(IYS_CODE)


async def test_kept_running_it_sees_changes_by_itself_and_survives_a_failure(
    fresh_database, keyring, given, owner
):
    impatient = await Database.open(fresh_database, role="izin_web", statement_ms=100)
    directory = Directory(impatient, keyring.pseudonyms.brand_ref)
    keeping = asyncio.create_task(directory.run(poll_s=0.01))
    await _until(lambda: directory.age_s() < AGE_S_MAX)
    async with owner.transaction():
        await owner.execute("lock table directory_head")
        # Only polls that failed leave it this old.
        await _until(lambda: directory.age_s() > 0.5)
    await given.provider()
    await _until(lambda: directory.provider(IYS_CODE) is not None)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    await impatient.close()


async def _until(is_so):
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110  # the database and the clock set no event
            await asyncio.sleep(0.01)
