"""What is signed works once, for as long as it could be shown again: with a clock that is moved."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from builders.clock import NOON
from builders.holder import ASSERTION_TYPE, ISSUER, Holder, public
from builders.parties import OPERATOR, USERNAME

from izin.access import store
from izin.access.accounts import Accounts, fit_jwk
from izin.access.clients import ASSERTION_LIFE, Client, Clients
from izin.access.model import Shown
from izin.access.nonce import SPAN, Nonces
from izin.access.once import LEEWAY, MARGIN, Once, drop_signed
from izin.access.uses import Uses

AT = int(NOON.timestamp())
SECOND = timedelta(seconds=1)
NOTHING = Shown(method="POST", path="/oauth2/token")


@pytest.fixture
async def holder(given, operator_database) -> Holder:
    await given.provider()
    user = await given.api_user()
    holder = Holder(str(user.user_id))
    key = fit_jwk(public(holder.key))
    accounts = Accounts(operator_database, None, OPERATOR)
    await accounts.add_key(user.user_id, key, life=timedelta(days=1), now=NOON)
    return holder


@pytest.fixture
def once(database, keyring) -> Once:
    return Once(database, keyring.pseudonyms.token_tag)


@pytest.fixture
def clients(database, once) -> Clients:
    return Clients(database, once, frozenset({ISSUER}))


def asking(assertion: str) -> dict[str, str]:
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


async def test_an_assertion_may_name_the_port_that_https_has_anyway(database, once, holder):
    clients = Clients(database, once, frozenset({"https://api.izin.example"}))
    for port, is_taken in ((":443", True), (":80", False)):
        audience = f"https://api.izin.example{port}"
        told = asking(holder.assertion(aud=audience, iat=AT, exp=AT + 60))
        found = await clients.known(told, NOTHING, now=NOON)
        assert isinstance(found, Client) if is_taken else found == "assertion_audience"


async def test_an_old_password_works_no_longer_than_it_would_have(
    database, operator_database, passwords, holder
):
    accounts = Accounts(operator_database, None, OPERATOR)
    client_id = UUID(holder.client_id)
    first = await accounts.draw_password(passwords, client_id, keep=timedelta(), now=NOON)
    late = first.until - timedelta(days=1)
    await accounts.draw_password(passwords, client_id, keep=timedelta(days=7), now=late)

    async def working(now: datetime) -> int:
        async with database.connection() as connection:
            row = await store.user_by_name(connection, USERNAME, now)
        return len(row["password_hashes"])

    assert await working(first.until - SECOND) == 2
    assert await working(first.until) == 1


async def kept(owner) -> int:
    return await owner.fetchval("select count(*) from signed_once")


async def forget(keeper_database, now: datetime) -> None:
    async with keeper_database.connection() as connection:
        await drop_signed(connection, now, 1000)


@pytest.mark.parametrize(
    "used_after", [timedelta(), ASSERTION_LIFE, ASSERTION_LIFE + LEEWAY - SECOND]
)
async def test_it_is_remembered_until_nobody_would_take_it(
    clients, holder, owner, keeper_database, used_after
):
    body = asking(holder.assertion(iat=AT, exp=AT + int(ASSERTION_LIFE.total_seconds())))
    expires_at = NOON + ASSERTION_LIFE
    first = await clients.known(body, NOTHING, now=NOON + used_after)
    assert isinstance(first, Client)
    last = expires_at + LEEWAY - SECOND
    await forget(keeper_database, last)  # the keeper's clock may be as far off as that
    assert await clients.known(body, NOTHING, now=last) == "assertion_again"
    assert await clients.known(body, NOTHING, now=last + SECOND) == "assertion_time"
    await forget(keeper_database, expires_at + LEEWAY + MARGIN)
    assert await kept(owner) == 1
    await forget(keeper_database, expires_at + LEEWAY + MARGIN + SECOND)
    assert await kept(owner) == 0


async def test_of_twenty_at_once_in_two_processes_one_is_first(database, keyring):
    processes = [Once(database, keyring.pseudonyms.token_tag) for _ in range(2)]
    found = await asyncio.gather(
        *(processes[n % 2].is_first("proof", "key", "id", last_good=AT) for n in range(20))
    )
    assert sorted(found) == [*[False] * 19, True]


async def test_ids_are_of_one_kind_and_one_owner(once):
    for kind, whose, id_ in (("a", "b", "c"), ("a", "c", "c"), ("b", "b", "c"), ("a", "b", "d")):
        assert await once.is_first(kind, whose, id_, last_good=AT)
        assert not await once.is_first(kind, whose, id_, last_good=AT)


async def test_what_is_kept_tells_no_id(once, owner):
    await once.is_first("assertion", "a-client", "an-id", last_good=AT)
    row = await owner.fetchval("select signed_once::text from signed_once")
    assert "an-id" not in row
    assert "a-client" not in row


def test_a_nonce_works_for_its_span_and_the_next(keyring):
    nonces = Nonces(keyring.pseudonyms.token_tag)
    nonce = nonces.current(NOON)
    begins = datetime.fromtimestamp(AT // 300 * 300, tz=NOON.tzinfo)
    for at, stands in (
        (begins, True),
        (begins + SPAN, True),
        (begins + 2 * SPAN - SECOND, True),
        (begins + 2 * SPAN, False),
        (begins - SECOND, False),
    ):
        assert nonces.stands(nonce, at) is stands
    assert not nonces.stands(None, NOON)


async def test_uses_are_written_once_a_minute(database, owner):
    uses, used = Uses(database), UUID(int=7)
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (100, 60), (121, 121)):
        await uses.note(used, now=NOON + seconds * SECOND)
        at = await owner.fetchval("select used_at from client_use where used_id = $1", used)
        assert at == NOON + noted * SECOND
    other = Uses(database)  # of another process, whose clock is behind
    await other.note(used, now=NOON)
    assert await owner.fetchval("select used_at from client_use") == NOON + 121 * SECOND


async def test_a_bound_token_lives_for_ten_minutes(database, keyring, access_tokens, holder, owner):
    drawn = keyring.tokens.issue()
    row = store.AccessRow(
        token_tag=drawn.tag,
        family=UUID(int=1),
        user_id=UUID(holder.client_id),
        created_at=NOON,
        expires_at=NOON + timedelta(minutes=10),
        audience=None,
        key_thumbprint="x",
        certificate_thumbprint=None,
    )
    async with database.connection() as connection:
        await store.put_access(connection, row)
    good = NOON + timedelta(minutes=10) - SECOND
    caller = await access_tokens.caller(drawn.text, now=good)
    assert caller is not None
    assert caller.bound is not None
    assert await access_tokens.caller(drawn.text, now=good + SECOND) is None
