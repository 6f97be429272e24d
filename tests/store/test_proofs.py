"""Codes that prove an address: once, three tries, three minutes, and not for who pumps numbers."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from builders.heart import until

from izin.admission.limiter import TooManyError
from izin.core.address import Address, AddressKind
from izin.core.errors import RefusalError
from izin.i18n.catalogue import Language, expected, message
from izin.message.seal import opened
from izin.proof import alarm, model
from izin.proof import check as check_module
from izin.proof.check import check
from izin.proof.forget import forget_old_proofs
from izin.proof.model import (
    BLOCK,
    GIVEN_BACK,
    NETWORK,
    SETTLED_MIN,
    WHOSE,
    Asked,
    Budget,
    Purpose,
    Shown,
)
from izin.proof.send import send

AYSE = Address("ayse@posta.example", AddressKind.EMAIL)
BOUND = b"signing in"


def phone(number: int) -> Address:
    return Address(f"+90599{number:07d}", AddressKind.PHONE)


def refused(code: str):
    return pytest.raises((RefusalError, TooManyError), match=code)


class Codes:
    """Sends codes, and knows what was sent."""

    def __init__(self, database, keyring, owner) -> None:
        self.database = database
        self.keyring = keyring
        self.owner = owner

    async def send(self, to: Address = AYSE, **facts):
        known = {
            "purpose": Purpose.SIGN_IN,
            "bound": BOUND,
            "words": "sign_in_code",
            "values": {},
            "language": Language.TR,
            "network": "192.0.2.1",
        }
        asked = Asked(to=to, **(known | facts))
        async with self.database.transaction() as connection:
            return await send(
                connection,
                self.keyring.proofs,
                self.keyring.message_sealer,
                asked,
                now=datetime.now(UTC),
            )

    async def code_of(self, proof_id) -> str:
        row = await self.owner.fetchrow(
            "select message_id, sealed from message where once_key = $1", proof_id
        )
        body = opened(self.keyring.message_sealer, row["message_id"], row["sealed"]).body
        return next(
            word for word in body.replace(".", " ").split() if word.isdigit() and len(word) > 5
        )

    async def check(self, proof_id, code: str, **facts) -> None:
        known = {"purpose": Purpose.SIGN_IN, "bound": BOUND, "network": "192.0.2.1"}
        shown = Shown(proof_id=proof_id, code=code, **(known | facts))
        await check(self.database, self.keyring.proofs, shown)

    async def sent(self) -> int:
        return await self.owner.fetchval("select count(*) from message")


@pytest.fixture
def codes(database, keyring, owner) -> Codes:
    return Codes(database, keyring, owner)


def another(code: str, step: int = 1) -> str:
    return f"{(int(code) + step) % 10 ** len(code):0{len(code)}d}"


@pytest.mark.parametrize(("purpose", "digits"), [(Purpose.SIGN_IN, 6), (Purpose.CONSENT, 8)])
async def test_a_code_is_good_once(codes, purpose, digits):
    proof_id = await codes.send(purpose=purpose)
    code = await codes.code_of(proof_id)
    assert len(code) == digits
    await codes.check(proof_id, code, purpose=purpose)
    with refused("IZ112"):
        await codes.check(proof_id, code, purpose=purpose)


async def test_of_fifty_at_once_one_is_right(codes):
    for _ in range(4):
        proof_id = await codes.send(phone(1))
        code = await codes.code_of(proof_id)
        tries = [codes.check(proof_id, code) for _ in range(50)]
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(each is None for each in done) == 1


async def test_three_wrong_ones_end_it(codes):
    proof_id = await codes.send()
    code = await codes.code_of(proof_id)
    for left in (2, 1):
        with refused("IZ111") as said:
            await codes.check(proof_id, another(code))
        assert dict(said.value.refused[0].facts)["left"] == str(left)
    with refused("IZ112"):
        await codes.check(proof_id, another(code))
    with refused("IZ112"):
        await codes.check(proof_id, code)


async def test_three_wrong_ones_at_once_are_no_more_than_three(codes, owner):
    proof_id = await codes.send()
    code = await codes.code_of(proof_id)
    tries = [codes.check(proof_id, another(code, step)) for step in range(1, 9)]
    await asyncio.gather(*tries, return_exceptions=True)
    assert await owner.fetchval("select tries from proof where proof_id = $1", proof_id) == 3


async def test_a_code_is_of_its_purpose_and_of_what_it_is_for(codes):
    proof_id = await codes.send()
    code = await codes.code_of(proof_id)
    with refused("IZ112"):
        await codes.check(proof_id, code, purpose=Purpose.VERIFY)
    with refused("IZ111"):
        await codes.check(proof_id, code, bound=b"another brand")
    other = await codes.send(phone(1))
    with refused("IZ111"):
        await codes.check(other, code if code != await codes.code_of(other) else another(code))
    await codes.check(proof_id, code)


async def test_after_three_minutes_it_is_over(codes, owner):
    proof_id = await codes.send()
    code = await codes.code_of(proof_id)
    life = await owner.fetchval("select good_until - made_at from proof")
    assert 179 <= life.total_seconds() <= 181
    await owner.execute("update proof set good_until = now()")
    with refused("IZ112"):
        await codes.check(proof_id, code)


async def test_nobody_is_flooded_whoever_asks(codes, owner):
    for number in range(5):
        await codes.send(phone(1), sender=f"company:{number}")
    with refused("IZ110") as said:
        await codes.send(phone(1), sender="company:9")
    assert 3500 < said.value.retry_after_s <= 3600
    assert said.value.whose == "codes_of_address"
    assert "bu adres için" in message(said.value.refused[0], Language.TR)
    assert await codes.sent() == 5
    an_hour_ago = "update budget set window_started_at = now() - interval '61 minutes'"
    await owner.execute(f"{an_hour_ago} where kind = 'to_hour'")
    for number in range(5):
        await codes.send(phone(1), sender=f"company:{number}")
    await owner.execute(f"{an_hour_ago} where kind = 'to_hour'")
    with refused("IZ110"):
        await codes.send(phone(1))
    assert await codes.sent() == 10


async def test_at_once_no_more_are_had_than_one_after_the_other(codes):
    done = await asyncio.gather(
        *(codes.send(phone(1), sender=f"company:{n}") for n in range(12)), return_exceptions=True
    )
    assert sum(not isinstance(each, Exception) for each in done) == 5


async def test_what_is_refused_counts_for_nobody(codes, owner):
    for _ in range(5):
        await codes.send(phone(1))
    before = await owner.fetch("select * from budget order by kind, tag")
    with refused("IZ110"):
        await codes.send(phone(1))
    assert await owner.fetch("select * from budget order by kind, tag") == before


@pytest.mark.parametrize("sender", ["company:{}", ""])
async def test_a_pump_of_adjacent_numbers_costs_little(codes, sender, caplog, monkeypatch):
    """Ten thousand of them lie in two blocks at most; each has its day."""
    monkeypatch.setattr(alarm, "_rang_at", {})
    caplog.set_level("ERROR", "izin.proof")
    sent = 0
    for number in range(9_960, 10_060):  # from one block into the next
        try:
            await codes.send(
                phone(number), sender=sender.format(number), network=f"192.0.2.{number % 250}"
            )
        except TooManyError:
            continue
        sent += 1
    hour, day = (each.most for each in BLOCK)
    assert sent == 2 * hour
    assert 2 * 2 * day <= 250  # by people and by companies
    [told] = caplog.records  # once, though seventy were refused within the minute
    assert told.reason in {"block_hour", "company_block_hour"}


async def test_a_company_closes_no_range_to_the_people_in_it(codes):
    for number in range(BLOCK[0].most):
        await codes.send(phone(number), sender=f"company:{number}")
    with refused("IZ110") as said:
        await codes.send(phone(900), sender="company:900")
    assert said.value.whose == "codes_of_block"
    await codes.send(phone(901))


async def test_who_gives_codes_back_uses_up_nothing_that_is_shared(codes, owner):
    for number in range(BLOCK[0].most + 5):
        proof_id = await codes.send(phone(number))
        await codes.check(proof_id, await codes.code_of(proof_id))
    shared = "select distinct used from budget where kind = any ($1)"
    assert await owner.fetch(shared, list(GIVEN_BACK)) == [(0,)]


async def test_who_has_codes_sent_that_nobody_gives_back_is_stopped(codes, owner):
    for number in range(SETTLED_MIN + 1):
        await codes.send(phone(number * 10_000), sender="company:1")
    await codes.send(phone(9_000_000), sender="company:1")  # none of them is over yet
    await owner.execute("update proof set good_until = now()")
    with refused("IZ114"):
        await codes.send(phone(9_010_000), sender="company:1")
    await codes.send(phone(9_010_000), sender="company:2")
    await owner.execute("update proof set used_at = now() where right(proof_id::text, 1) < '5'")
    await codes.send(phone(9_020_000), sender="company:1")


@pytest.mark.parametrize("number", ["+902121234567", "+908501234567", "+441234567890"])
async def test_only_mobile_numbers_of_the_country_get_codes(codes, number):
    with refused("IZ113"):
        await codes.send(Address(number, AddressKind.PHONE))
    assert await codes.sent() == 0


def test_each_limit_of_codes_says_whose_it_is():
    budgets = [each for each in vars(model).values() if isinstance(each, (Budget, tuple))]
    each = [b for one in budgets for b in (one if isinstance(one, tuple) else (one,))]
    assert {b.kind for b in each if isinstance(b, Budget)} == set(WHOSE)
    assert set(WHOSE.values()) <= expected().keys()


async def test_new_codes_do_not_buy_new_tries(codes):
    wrong = 0
    for _ in range(5):
        proof_id = await codes.send(phone(1))
        code = await codes.code_of(proof_id)
        for _ in range(3):
            try:
                await codes.check(proof_id, another(code))
            except TooManyError:
                continue
            except RefusalError:
                wrong += 1
    assert wrong == 10


async def test_one_network_has_so_many_codes(codes):
    """A class, an office, an operator's customers come at once; a prankster is stopped."""
    for number in range(50):
        await codes.send(phone(number * 10_000))
    assert await codes.sent() == 50
    for number in range(NETWORK[0].most - 50):
        await codes.send(Address(f"k{number}@posta.example", AddressKind.EMAIL))
    with refused("IZ110") as said:
        await codes.send()
    assert said.value.whose == "codes_of_network"
    await codes.send(network="198.51.100.7")


async def test_nothing_of_it_shows_whose_it_is(codes, owner):
    await codes.send(phone(1))
    for table in ("proof", "budget", "message", "job"):
        rows = await owner.fetch(f"select {table}::text as row from {table}")
        assert rows
        assert not any("599" in row["row"] and "0000001" in row["row"] for row in rows)


async def test_what_is_old_is_forgotten(codes, keeper_database, owner):
    await codes.send()
    await owner.execute("update proof set made_at = now() - interval '25 hours'")
    await owner.execute("update budget set window_started_at = now() - interval '3 days'")
    await codes.send(phone(1))
    async with keeper_database.connection() as connection:
        await forget_old_proofs(connection, datetime.now(UTC), 100)
    assert await owner.fetchval("select count(*) from proof") == 1
    assert (
        await owner.fetchval(
            "select count(*) from budget where window_started_at < now() - interval '1 day'"
        )
        == 0
    )


@pytest.mark.parametrize(
    ("code", "signs", "found"),
    [("", 0, 0), ("abc", 3, 0), ("123", 3, 3), ("1234567", 7, 7), ("12345a", 6, 5)],
)
def test_what_does_not_look_like_a_code_is_said_by_its_signs_alone(code, signs, found):
    said = check_module.misshapen(Purpose.SIGN_IN, code)
    assert said.code == "IZ160"
    assert dict(said.facts) == {"digits": "6", "signs": str(signs), "found": str(found)}
    assert f"girilen: {signs} karakter, {found} rakam" in message(said, Language.TR)


async def test_what_does_not_look_like_a_code_costs_no_try_and_tells_nothing(codes, owner):
    proof_id = await codes.send()
    code = await codes.code_of(proof_id)
    bad = ("abc", "123", code + "0", code[:5], "١٢٣٤٥٦", "-12345", "12 456", f" {code}")
    heard = []
    for of in (proof_id, uuid4()):
        for each in bad * 2:
            with refused("IZ160") as said:
                await codes.check(of, each)
            heard.append(said.value.refused)
    assert heard[: len(heard) // 2] == heard[len(heard) // 2 :], "of no code more than of one"
    assert await owner.fetchval("select tries from proof") == 0
    assert await owner.fetchval("select count(*) from budget where kind like 'wrong%'") == 0
    await codes.check(proof_id, code)


async def test_guesses_at_once_at_the_limit_count_as_tries_too(codes, owner):
    """All have seen that there is room for one more before the first of them takes it."""
    waiting = (
        "select count(*) from pg_stat_activity"
        " where wait_event_type = 'Lock' and datname = current_database()"
    )

    async def are_waiting() -> bool:
        await owner.execute("select pg_stat_clear_snapshot()")
        return bool(await owner.fetchval(waiting) == 5)

    first, proof_id = await codes.send(), await codes.send()
    with refused("IZ111"):
        await codes.check(first, another(await codes.code_of(first)))
    await owner.execute("update budget set used = 9 where kind = 'wrong_to'")
    code = await codes.code_of(proof_id)
    async with owner.transaction():
        await owner.execute("select from proof where proof_id = $1 for update", proof_id)
        tries = [
            asyncio.create_task(codes.check(proof_id, another(code, step))) for step in range(1, 6)
        ]
        await until(are_waiting)
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(str(each) for each in done) == ["IZ111"] * 2 + ["IZ112"] * 3
    assert await owner.fetchval("select tries from proof where proof_id = $1", proof_id) == 3
    with refused("IZ110"):
        await codes.check(first, await codes.code_of(first))
