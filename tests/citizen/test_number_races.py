"""Several who say something of one number at the same moment: none waits for another for ever."""

import asyncio

import pytest
from builders.heart import phone

from izin.account import keep
from izin.account.model import Bound
from izin.citizen import number
from izin.citizen.addresses import Addresses
from izin.citizen.model import Citizen
from izin.citizen.seat import WHOLE, Body, Seats
from izin.citizen.session import Citizens
from izin.consent.record import Recorder
from izin.core.clock import utc_now

ROUNDS = 10


async def nobody_hears(connection, phones) -> None:
    """Nothing is asked of these numbers."""


class Sessions:
    """Sessions as if their numbers had just been opened by codes."""

    def __init__(self, database, keeper_database, keyring) -> None:
        self.database, self.keeper_database, self.keyring = database, keeper_database, keyring
        self.recorder = Recorder(keyring)
        self.citizens = Citizens(database, keyring)
        self.addresses = Addresses(database, keyring)

    async def of(self, *phones) -> Citizen:
        now, keys = utc_now(), self.keyring.citizen
        async with self.database.transaction() as connection:
            opened = [await number.opened_by_code(connection, keys, each, now) for each in phones]
            account = await keep.bind(
                connection, keys, None, *(Bound(each, "", now) for each in phones)
            )
            body = Body(opened=tuple(opened), account_id=account.account_id, has_read=True)
            text = await Seats(self.keyring).put(
                connection, body, is_open=True, until=now + WHOLE, now=now
            )
        who = await self.citizens.known(text, now=now)
        assert who is not None
        return who

    async def claim(self, who: Citizen):
        return await self.citizens.claim(who, self.recorder, nobody_hears, now=utc_now())

    async def answer(self, who: Citizen) -> None:
        await self.citizens.answer(who, utc_now(), now=utc_now())

    async def close(self, *phones) -> None:
        async with self.keeper_database.transaction() as connection:
            await number.let_go(connection, self.keyring.citizen, phones, utc_now())


@pytest.fixture
def sessions(app, citizen_database, keeper_database, keeper_keyring) -> Sessions:
    return Sessions(citizen_database, keeper_database, keeper_keyring)


async def test_two_who_claim_a_number_at_once_both_come_through(sessions):
    """Each locked its own session, then the other's: they waited until the database chose one."""
    for _ in range(ROUNDS):
        one, other = await sessions.of(phone(1)), await sessions.of(phone(1))
        claims = await asyncio.gather(sessions.claim(one), sessions.claim(other))
        assert any(each is not None for each in claims)


async def test_claiming_answering_leaving_and_a_closed_line_come_through_together(sessions):
    both = phone(1), phone(2)
    for _ in range(ROUNDS):
        whose = [await sessions.of(phone(1)), await sessions.of(phone(2)), await sessions.of(*both)]
        await asyncio.gather(
            sessions.claim(whose[0]),
            sessions.answer(whose[1]),
            sessions.addresses.leave(whose[2]),
            sessions.close(*reversed(both)),
            sessions.addresses.remove(whose[0], phone(1)),
        )


async def test_no_row_of_sessions_or_numbers_knows_two_numbers(sessions, owner):
    """A session's row would have joined them: what it has shown stands in its seal alone."""
    tags = sessions.keyring.citizen.pseudonyms
    await sessions.claim(await sessions.of(phone(1), phone(2)))
    await sessions.claim(await sessions.of(phone(2), phone(1)))
    tables = [
        *("citizen_session", "citizen_account", "account_holding", "number_word"),
        *("number_claim", "number_tenure", "citizen_act"),
    ]
    named = [
        {str(tag_of(each.clear)) for tag_of in (tags.seen_tag, tags.number_tag, tags.holder_tag)}
        for each in (phone(1), phone(2))
    ]
    for table in tables:
        for (row,) in await owner.fetch(f"select row_to_json(t)::text from {table} as t"):
            assert sum(any(tag in row for tag in tags) for tags in named) <= 1, table
    sizes = await owner.fetch("select distinct length(body_sealed) from citizen_session")
    assert len(sizes) == 1
    assert await owner.fetchval("select count(*) from number_tenure") == 2
