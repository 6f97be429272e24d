"""Keys in the table: each process has its side's, a brand one a quarter; void without the root."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from izin.core.codes import BrandCode, IysCode, RetailerCode
from izin.core.errors import StartRefusedError
from izin.core.terms import Channel, RecipientType, Side
from izin.keyring import open_keyring, open_whole_keyring
from izin.vault.errors import KeyLostError, SealBrokenError
from izin.vault.provider import FileKeyProvider
from izin.vault.purpose import CITIZEN_PURPOSES, OWN_PURPOSES, PROVIDER_PURPOSES, Purpose

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEXT_QUARTER = AT + timedelta(days=60)
BRAND_REF = UUID(int=1)
ROW = b"row"


@pytest.fixture
def provider(tmp_path):
    return FileKeyProvider(tmp_path / "root.json", production=False)


@pytest.fixture
async def keyring(database, provider):
    return await open_keyring(database, provider)


@pytest.fixture
async def other_keyring(keyring, keeper_database, provider):
    """The keeper's process, started later."""
    return await open_whole_keyring(keeper_database, provider)


class CountsConnections:
    """The real database, and how often it was asked for a connection."""

    def __init__(self, database):
        self.count = 0
        self._database = database

    def connection(self):
        self.count += 1
        return self._database.connection()

    def transaction(self):
        self.count += 1
        return self._database.transaction()


def tags_of(keyring):
    tags = keyring.pseudonyms
    brand = BrandCode(100001)
    return (
        tags.provider_tag(IysCode(100001), "a@a.example"),
        tags.brand_ref(brand),
        tags.client_tag("192.0.2.7"),
        tags.token_tag("token"),
        keyring.cursors.seal_cursor(brand, Side.HS, 1),
        keyring.retailers.seal(RetailerCode(10000001)),
        keyring.stamper.chain,
    )


def citizen_tags_of(keyring):
    tags = keyring.citizen.pseudonyms
    return (
        tags.citizen_tag("a@a.example"),
        tags.slot("a@a.example", BrandCode(100001), Channel.EPOSTA, RecipientType.TACIR),
        keyring.citizen.retailers.seal(RetailerCode(10000001)),
    )


async def stored(owner):
    rows = await owner.fetch("select purpose, scope, period from keyring")
    return sorted(map(tuple, rows))


def of_registry(purposes):
    return sorted((str(purpose), "", "1") for purpose in purposes)


async def test_the_first_start_makes_one_key_for_each_purpose_of_its_side(
    keyring, keeper_database, provider, owner
):
    assert await stored(owner) == of_registry(PROVIDER_PURPOSES)
    await open_whole_keyring(keeper_database, provider)
    assert await stored(owner) == of_registry(OWN_PURPOSES)


async def test_a_keeper_that_starts_first_makes_the_keys_of_both_sides(
    keeper_database, database, provider, owner
):
    keeper = await open_whole_keyring(keeper_database, provider)
    assert await stored(owner) == of_registry(OWN_PURPOSES)
    assert tags_of(await open_keyring(database, provider)) == tags_of(keeper)
    assert await stored(owner) == of_registry(OWN_PURPOSES)


async def test_processes_that_start_together_agree(
    database, keeper_database, citizen_database, provider, owner
):
    one, other, third, fourth = await asyncio.gather(
        open_keyring(database, provider),
        open_whole_keyring(keeper_database, provider),
        open_keyring(database, provider),
        open_whole_keyring(citizen_database, provider),
    )
    assert tags_of(one) == tags_of(other) == tags_of(third) == tags_of(fourth)
    assert citizen_tags_of(other) == citizen_tags_of(fourth)
    assert await stored(owner) == of_registry(OWN_PURPOSES)
    blob = other.citizen.sealer.seal(5, ROW, b"content")
    assert fourth.citizen.sealer.open(blob, 5, ROW) == b"content"
    blob = other.batch_sealer.seal("batch", "body", ROW, b"content")
    assert third.batch_sealer.open(blob, "batch", "body", ROW) == b"content"


async def test_a_later_start_finds_the_same_keys(keyring, other_keyring):
    assert tags_of(keyring) == tags_of(other_keyring)
    issued = keyring.tokens.issue()
    assert other_keyring.tokens.tag_of(issued.text) == issued.tag


async def test_a_later_start_asks_once_and_writes_nothing(keyring, database, provider, owner):
    before = await owner.fetchval("select last_value from keyring_key_id_seq")
    counting = CountsConnections(database)
    await open_keyring(counting, provider)
    assert counting.count == 1
    assert await owner.fetchval("select last_value from keyring_key_id_seq") == before


async def test_a_purpose_that_is_new_gets_its_key_and_the_others_stay(
    keyring, database, provider, owner
):
    await owner.execute("delete from keyring where purpose = 'client'")
    again = await open_keyring(database, provider)
    assert [a == b for a, b in zip(tags_of(keyring), tags_of(again), strict=True)] == [
        True, True, False, True, True, True, True,
    ]  # fmt: skip


async def test_without_the_root_the_keys_are_useless(keyring, database, tmp_path, owner):
    stranger = FileKeyProvider(tmp_path / "other.json", production=False)
    before = await owner.fetch("select * from keyring")
    with pytest.raises(StartRefusedError, match="root key"):
        await open_keyring(database, stranger)
    assert await owner.fetch("select * from keyring") == before


async def test_a_key_of_another_purpose_does_not_stand_in(keyring, database, provider, owner):
    await owner.execute(
        "update keyring set wrapped = (select wrapped from keyring where purpose = 'token') "
        "where purpose = 'client'"
    )
    with pytest.raises(StartRefusedError, match="client"):
        await open_keyring(database, provider)


async def test_the_two_views_share_no_dealers_code(other_keyring):
    code = RetailerCode(10000001)
    provider_side = other_keyring.retailers.seal(code)
    citizen_side = other_keyring.citizen.retailers.seal(code)
    assert provider_side[6:] != citizen_side[6:]
    with pytest.raises(KeyLostError):
        other_keyring.citizen.retailers.open(provider_side)


async def test_a_process_that_serves_providers_opens_no_citizens_row(keyring, other_keyring):
    blob = other_keyring.citizen.sealer.seal(5, ROW, b"content")
    assert other_keyring.citizen.sealer.open(blob, 5, ROW) == b"content"
    with pytest.raises(KeyLostError, match="provider side's keys only"):
        _ = keyring.citizen
    with pytest.raises(KeyLostError, match="not in the keyring"):
        await keyring.openers([blob])
    assert not {purpose for purpose, _ in keyring._vault._secrets} & set(CITIZEN_PURPOSES)


async def test_the_database_gives_it_no_key_of_the_citizens_side_either(
    other_keyring, database, provider, owner
):
    before = await stored(owner)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await open_whole_keyring(database, provider)
    assert await stored(owner) == before


async def test_the_database_takes_no_key_of_the_citizens_side_from_it(database, provider, owner):
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await open_whole_keyring(database, provider)
    assert await stored(owner) == []


async def test_a_brands_key_is_made_once_however_many_ask(keyring, other_keyring, owner):
    sealers = await asyncio.gather(
        *(ring.brand_sealer(BRAND_REF, AT) for ring in (keyring, other_keyring) * 10)
    )
    assert len({sealer.key_id for sealer in sealers}) == 1
    rows = await owner.fetch("select scope, period from keyring where purpose = 'brand-seal'")
    assert list(map(tuple, rows)) == [(str(BRAND_REF), "2026Q4")]
    blob = sealers[0].seal("t", "c", ROW, b"content")
    assert sealers[1].open(blob, "t", "c", ROW) == b"content"


async def test_each_brand_and_each_quarter_has_its_own_key(keyring):
    sealers = [
        await keyring.brand_sealer(brand_ref, at)
        for brand_ref in (BRAND_REF, UUID(int=2))
        for at in (AT, NEXT_QUARTER)
    ]
    assert len({sealer.key_id for sealer in sealers}) == 4
    with pytest.raises(KeyLostError):
        sealers[1].open(sealers[0].seal("t", "c", ROW, b"content"), "t", "c", ROW)


async def test_a_kept_key_costs_no_question(database, provider):
    counting = CountsConnections(database)
    keyring = await open_keyring(counting, provider)
    first = await keyring.brand_sealer(BRAND_REF, AT)
    asked = counting.count
    assert await keyring.brand_sealer(BRAND_REF, AT) is first
    opener = await keyring.openers([first.seal("t", "c", ROW, b"content")])
    assert counting.count == asked
    assert opener.open(first.seal("t", "c", ROW, b"content"), "t", "c", ROW) == b"content"


async def test_a_key_outlives_the_transaction_that_asked_for_it(database, keyring, other_keyring):
    async with database.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        sealer = await keyring.brand_sealer(BRAND_REF, AT)
        await transaction.rollback()
    assert (await other_keyring.brand_sealer(BRAND_REF, AT)).key_id == sealer.key_id


async def test_all_missing_keys_are_asked_for_at_once(keyring, database, provider):
    sealers = [await keyring.brand_sealer(uuid4(), AT) for _ in range(5)]
    blobs = [sealer.seal("t", "c", ROW, b"content") for sealer in (*sealers, keyring.batch_sealer)]
    counting = CountsConnections(database)
    cold = await open_keyring(counting, provider)
    counting.count = 0
    opener = await cold.openers(blobs * 3)
    assert [opener.open(blob, "t", "c", ROW) for blob in blobs] == [b"content"] * 6
    assert counting.count == 1


async def test_asking_and_opening_at_once_do_not_disturb_each_other(
    keyring, other_keyring, database, provider
):
    blobs = {
        UUID(int=n): (await keyring.brand_sealer(UUID(int=n), AT)).seal("t", "c", ROW, b"content")
        for n in range(20)
    }
    cold = await open_keyring(database, provider, brand_keys_kept=3)
    openers = await asyncio.gather(
        *(asks for ref, blob in blobs.items() for asks in (
            cold.openers([blob]), cold.brand_sealer(ref, AT), cold.openers(blobs.values()),
        )),
    )  # fmt: skip
    for opener, blob in zip(openers[::3], blobs.values(), strict=True):
        assert opener.open(blob, "t", "c", ROW) == b"content"


async def test_few_keys_are_kept_and_all_still_open(database, provider):
    keyring = await open_keyring(database, provider, brand_keys_kept=2)
    sealers = [await keyring.brand_sealer(UUID(int=n), AT) for n in range(5)]
    blobs = [sealer.seal("t", "c", ROW, b"content") for sealer in sealers]
    opener = await keyring.openers(blobs)
    assert [opener.open(blob, "t", "c", ROW) for blob in blobs] == [b"content"] * 5
    assert len(keyring._recent._by_id) == 2
    assert [key for key in keyring._vault._secrets if key[0] is Purpose.BRAND_SEAL] == []


async def test_a_destroyed_key_is_lost(keyring, other_keyring, owner):
    blob = (await keyring.brand_sealer(BRAND_REF, AT)).seal("t", "c", ROW, b"content")
    await owner.execute("delete from keyring where purpose = 'brand-seal'")
    with pytest.raises(KeyLostError, match="not in the keyring"):
        await other_keyring.openers([blob])


async def test_a_value_cannot_name_a_key_of_another_purpose(keyring, owner):
    blob = keyring.batch_sealer.seal("t", "c", ROW, b"content")
    cursor_key = await owner.fetchval("select key_id from keyring where purpose = 'cursor'")
    forged = blob[:2] + cursor_key.to_bytes(4, "big") + blob[6:]
    with pytest.raises(KeyLostError):
        await keyring.openers([forged])


@pytest.mark.parametrize("key_id", ["7fffffff", "ffffffff", "80000000"])
async def test_a_value_may_name_any_number(keyring, key_id):
    blob = keyring.batch_sealer.seal("t", "c", ROW, b"content")
    with pytest.raises(KeyLostError):
        await keyring.openers([blob[:2] + bytes.fromhex(key_id) + blob[6:]])


async def test_what_is_no_sealed_value_is_said_to_be_broken(keyring):
    with pytest.raises(SealBrokenError):
        await keyring.openers([b"plain text"])


async def test_one_brands_key_does_not_stand_in_for_anothers(keyring, other_keyring, owner):
    await keyring.brand_sealer(BRAND_REF, AT)
    blob = (await keyring.brand_sealer(UUID(int=2), AT)).seal("t", "c", ROW, b"content")
    await owner.execute(
        "update keyring set wrapped = (select wrapped from keyring where scope = $1) "
        "where scope = $2",
        str(BRAND_REF),
        str(UUID(int=2)),
    )
    with pytest.raises(KeyLostError):
        await other_keyring.brand_sealer(UUID(int=2), AT)
    with pytest.raises(KeyLostError):
        await other_keyring.openers([blob])


async def test_no_process_changes_or_deletes_a_key(keyring, database, keeper_database):
    for opened in (database, keeper_database):
        for statement in ("update keyring set period = '2'", "delete from keyring"):
            async with opened.connection() as connection:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
