"""Tokens: what is exchanged for what, how long it works, and how a stolen one ends."""

import asyncio
from datetime import timedelta

import pytest
from builders.clock import NOON
from builders.parties import IYS_CODE, PASSWORD, USERNAME

from izin.access import store
from izin.access.access_token import AGE_MAX, AccessTokens
from izin.access.tokens import ACCESS_LIFE, REFRESH_LIFE, Tokens
from izin.core.errors import UnavailableError

MOMENT = timedelta(microseconds=1)
SOON = NOON + timedelta(minutes=1)


@pytest.fixture
async def user(given):
    await given.provider()
    return await given.api_user()


@pytest.fixture
async def pair(user, tokens):
    return await tokens.by_password(USERNAME, PASSWORD, now=NOON)


@pytest.fixture
def elsewhere(database, keyring) -> AccessTokens:
    """Another process: it has no answer of this one."""
    return AccessTokens(database, keyring.tokens)


async def test_a_password_gives_a_token_of_its_user_and_provider(user, pair, access_tokens):
    caller = await access_tokens.caller(pair.access, now=NOON)
    assert caller is not None
    assert (caller.user_id, caller.iys_code) == (user.user_id, IYS_CODE)


@pytest.mark.parametrize(
    ("username", "password"),
    [
        (USERNAME, "Baska-Kavak-31"),
        ("kimse@firma.example", PASSWORD),
        (USERNAME.upper(), PASSWORD),
        (f"{USERNAME}\0", PASSWORD),
        (USERNAME, f"{PASSWORD}\0"),
        (USERNAME, "ş" * 1025),
    ],
)
async def test_other_credentials_give_nothing(user, tokens, username, password):
    assert await tokens.by_password(username, password, now=NOON) is None


async def test_a_user_who_is_not_active_gets_and_keeps_nothing(
    user, pair, tokens, owner, elsewhere
):
    await owner.execute("update api_user set is_active = false")
    assert await tokens.by_password(USERNAME, PASSWORD, now=NOON) is None
    assert await tokens.by_refresh(pair.refresh, now=NOON) is None
    assert await elsewhere.caller(pair.access, now=NOON) is None


async def test_a_known_name_takes_a_new_password_and_stays_the_same_user(user, given, tokens):
    again = await given.api_user(password="Yeni-Kavak-32")
    assert again.user_id == user.user_id
    assert await tokens.by_password(USERNAME, PASSWORD, now=NOON) is None
    assert await tokens.by_password(USERNAME, "Yeni-Kavak-32", now=NOON) is not None


async def test_neither_token_nor_password_is_stored_in_clear(pair, owner):
    rows = await owner.fetch("select token::text as row from token")
    rows += await owner.fetch("select api_user::text as row from api_user")
    stored = " ".join(row["row"] for row in rows)
    assert len(rows) == 3
    assert not [text for text in (pair.access, pair.refresh, PASSWORD) if text in stored]
    assert "izin_" not in repr(pair)


@pytest.mark.parametrize("text", ["", "x", "izin_", "Bearer", "eyJhbGciOiJIUzI1NiJ9.e30.x"])
async def test_what_is_no_token_of_ours_is_nobodys(user, tokens, access_tokens, text):
    assert await access_tokens.caller(text, now=NOON) is None
    assert await tokens.by_refresh(text, now=NOON) is None


async def test_a_token_never_issued_is_nobodys(user, tokens, access_tokens, keyring):
    invented = keyring.tokens.issue().text
    assert await access_tokens.caller(invented, now=NOON) is None
    assert await tokens.by_refresh(invented, now=NOON) is None


async def test_each_token_works_for_its_own_purpose_only(pair, tokens, access_tokens):
    assert await access_tokens.caller(pair.refresh, now=NOON) is None
    assert await tokens.by_refresh(pair.access, now=NOON) is None


async def test_an_access_token_works_for_two_hours(pair, elsewhere):
    assert timedelta(seconds=7200) == ACCESS_LIFE
    assert await elsewhere.caller(pair.access, now=NOON + ACCESS_LIFE - MOMENT) is not None
    assert await elsewhere.caller(pair.access, now=NOON + ACCESS_LIFE) is None


async def test_a_remembered_access_token_expires_all_the_same(pair, elsewhere):
    almost = NOON + ACCESS_LIFE - timedelta(seconds=1)
    assert await elsewhere.caller(pair.access, now=almost) is not None
    assert await elsewhere.caller(pair.access, now=NOON + ACCESS_LIFE) is None


async def test_a_refresh_token_works_for_four_hours(pair, tokens):
    assert timedelta(seconds=14400) == REFRESH_LIFE
    assert await tokens.by_refresh(pair.refresh, now=NOON + REFRESH_LIFE) is None
    assert await tokens.by_refresh(pair.refresh, now=NOON + REFRESH_LIFE - MOMENT) is not None


async def test_a_refresh_gives_new_tokens_that_work_and_leaves_the_old_access_token(
    pair, tokens, access_tokens
):
    new = await tokens.by_refresh(pair.refresh, now=SOON)
    assert len({pair.access, pair.refresh, new.access, new.refresh}) == 4
    for access in (pair.access, new.access):
        assert await access_tokens.caller(access, now=SOON) is not None
    assert await tokens.by_refresh(new.refresh, now=SOON) is not None


async def test_a_refresh_token_used_again_ends_its_whole_family(pair, tokens, access_tokens):
    new = await tokens.by_refresh(pair.refresh, now=SOON)
    assert await access_tokens.caller(new.access, now=SOON) is not None
    assert await tokens.by_refresh(pair.refresh, now=SOON) is None
    for access in (pair.access, new.access):
        assert await access_tokens.caller(access, now=SOON) is None
    assert await tokens.by_refresh(new.refresh, now=SOON) is None


async def test_another_sign_in_of_the_same_user_is_another_family(pair, tokens, access_tokens):
    other = await tokens.by_password(USERNAME, PASSWORD, now=NOON)
    for _ in range(2):
        await tokens.by_refresh(pair.refresh, now=SOON)
    assert await access_tokens.caller(other.access, now=SOON) is not None
    assert await tokens.by_refresh(other.refresh, now=SOON) is not None


async def test_of_two_refreshes_at_once_one_wins_and_the_family_ends(pair, tokens, access_tokens):
    outcomes = await asyncio.gather(*(tokens.by_refresh(pair.refresh, now=SOON) for _ in range(2)))
    (winner,) = [each for each in outcomes if each is not None]
    assert await access_tokens.caller(winner.access, now=SOON) is None
    assert await tokens.by_refresh(winner.refresh, now=SOON) is None


async def test_a_revocation_waits_for_the_rotation_under_way_and_ends_its_tokens_too(
    pair, tokens, database, keyring
):
    """Found while designing: a rotation not yet committed could outlive its family."""
    new = await tokens.by_refresh(pair.refresh, now=SOON)
    drawn = keyring.tokens.issue(), keyring.tokens.issue()
    tag = keyring.tokens.tag_of(new.refresh)
    async with database.transaction() as connection:
        family = await store.lock_family(connection, tag)
        user_id = await store.use_refresh(connection, tag, SOON)
        replay = asyncio.create_task(tokens.by_refresh(pair.refresh, now=SOON))
        await _until_waiting_for_an_advisory_lock(database)
        row = store.PairRow(
            family=family,
            user_id=user_id,
            created_at=SOON,
            access_tag=drawn[0].tag,
            access_expires_at=SOON + ACCESS_LIFE,
            refresh_tag=drawn[1].tag,
            refresh_expires_at=SOON + REFRESH_LIFE,
        )
        await store.put_pair(connection, row)
    assert await replay is None
    assert await tokens.by_refresh(drawn[1].text, now=SOON) is None


async def _until_waiting_for_an_advisory_lock(database):
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    async with asyncio.timeout(10), database.connection() as connection:
        while not await connection.fetchval(waiting):  # noqa: ASYNC110  # a lock sets no event
            await asyncio.sleep(0)


async def test_a_good_answer_is_remembered_for_five_seconds_and_no_longer(pair, elsewhere, owner):
    assert timedelta(seconds=5) == AGE_MAX
    assert await elsewhere.caller(pair.access, now=NOON) is not None
    await owner.execute("update token set expires_at = $1", NOON)
    assert await elsewhere.caller(pair.access, now=NOON + AGE_MAX - MOMENT) is not None
    assert await elsewhere.caller(pair.access, now=NOON + AGE_MAX) is None


async def test_an_answer_from_a_clock_that_was_set_back_is_asked_for_anew(pair, elsewhere, owner):
    assert await elsewhere.caller(pair.access, now=SOON) is not None
    await owner.execute("delete from token")
    assert await elsewhere.caller(pair.access, now=NOON) is None


async def test_a_refusal_is_not_remembered(user, elsewhere, tokens, owner, pair):
    await owner.execute("update api_user set is_active = false")
    assert await elsewhere.caller(pair.access, now=NOON) is None
    await owner.execute("update api_user set is_active = true")
    assert await elsewhere.caller(pair.access, now=NOON) is not None


async def test_only_so_many_answers_are_remembered_and_the_oldest_goes_first(
    user, tokens, database, keyring, owner
):
    small = AccessTokens(database, keyring.tokens, kept_max=2)
    pairs = [await tokens.by_password(USERNAME, PASSWORD, now=NOON) for _ in range(3)]
    for each in pairs:
        assert await small.caller(each.access, now=NOON) is not None
    await owner.execute("delete from token")
    remembered = [await small.caller(each.access, now=NOON) is not None for each in pairs]
    assert remembered == [False, True, True]


async def test_expired_tokens_are_dropped_in_bites_and_good_ones_stay(
    pair, keeper_database, owner, elsewhere
):
    after_access = NOON + ACCESS_LIFE + MOMENT
    async with keeper_database.connection() as connection:
        await store.drop_expired(connection, after_access, 0)
        assert await owner.fetchval("select count(*) from token") == 2
        await store.drop_expired(connection, after_access, 100)
    assert await owner.fetch("select kind from token") == [("refresh",)]


async def test_without_a_database_nobody_is_recognised_and_nobody_refused(
    pair, database, keyring, passwords, access_tokens
):
    unsure = Tokens(database, keyring.tokens, passwords=passwords, access_tokens=access_tokens)
    await database.close()
    for attempt in (
        access_tokens.caller(pair.access, now=NOON),
        unsure.by_password(USERNAME, PASSWORD, now=NOON),
        unsure.by_refresh(pair.refresh, now=NOON),
    ):
        with pytest.raises(UnavailableError):
            await attempt
