"""Whoever reads every table joins no two addresses of one person: no value in clear leads there.

She signs in with one number, adds another and an e-mail address to it, and changes what stands
under each; somebody else does so from another network. What may be equal is equal for him, too.
"""

import json
from collections.abc import AsyncIterator
from datetime import datetime

import httpx2
import pytest
from builders.heart import a_key, a_proposal, email, phone
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE, OTHER_IYS_CODE
from builders.visitor import Visitor

from izin.core.address import Address
from izin.core.terms import Channel
from izin.wiring.citizen import open_citizens
from izin.wiring.settings import Settings

HERS, OTHERS = (phone(1), phone(2), email("isik")), (phone(3), phone(4))
TYPED = {phone(each): f"0599 000 00 0{each}" for each in range(1, 5)} | {
    email("isik"): "isik@posta.example"
}


@pytest.fixture
async def app(fresh_database, tmp_path, root, given, heart) -> AsyncIterator:
    """Both companies have consents of both people; each has several addresses."""
    await given.provider()
    await given.brand()
    await given.provider(OTHER_IYS_CODE)
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE)
    for address in (*HERS, *OTHERS):
        channel = Channel.EPOSTA if address == email("isik") else Channel.MESAJ
        key = a_key(address=address, channel=channel)
        other = a_key(
            address=address, channel=channel, iys_code=OTHER_IYS_CODE, brand_code=OTHER_BRAND_CODE
        )
        await heart.record(a_proposal(key=key))
        await heart.record(a_proposal(key=other))
    await heart.number_and_project()
    settings = Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        pool_size=7,
    )
    async with open_citizens(settings) as opened_app:
        yield opened_app


async def lives(visitor: Visitor, *addresses: Address) -> None:
    first, *more = addresses
    await visitor.sign_in(TYPED[first])
    await changes(visitor, first)
    for each in more:
        await visitor.add(TYPED[each])
        await visitor.get("/consents")
        if each != email("isik"):
            await visitor.send("/notice", owned="always")
        await changes(visitor, each)
    await visitor.get("/refuse/review?channel=&recipient=")
    await visitor.send("/refuse")


async def changes(visitor: Visitor, address: Address) -> None:
    channel = "EPOSTA" if address == email("isik") else "MESAJ"
    await visitor.get("/consents")
    await visitor.change("RET", channel=channel, brand=str(BRAND_CODE))


class Dump:
    """Every row of every table, as a thief reads it."""

    def __init__(self, rows: list[tuple[str, frozenset[str]]], keyring) -> None:
        self.rows = rows
        self._keyring = keyring

    def tags(self, address: Address) -> frozenset[str]:
        """All that an address is called by, in whichever table."""
        citizen, proofs = self._keyring.citizen.pseudonyms, self._keyring.proofs
        of_citizen = (
            citizen.citizen_tag(address.clear)[0],
            citizen.holder_tag(address.clear),
            citizen.number_tag(address.clear),
            citizen.seen_tag(address.clear),
            citizen.doer_tag(address.clear),
            proofs.recipient_tag(address),
        )
        return frozenset(map(str, of_citizen))

    def told_of(self, address: Address) -> set[tuple[str, str]]:
        """Values, each with its kind, that stand in a row beside a tag of the address."""
        tags = self.tags(address)
        return {value for _, values in self.rows if tags & values for value in values - tags}


async def dumped(owner, keyring) -> Dump:
    names = await owner.fetch("select relname from pg_stat_user_tables")
    rows = []
    for name in (each["relname"] for each in names):
        for (text,) in await owner.fetch(f"select row_to_json(t)::text from {name} as t"):
            rows.append((name, frozenset(_values(json.loads(text)))))
    return Dump(rows, keyring)


def _values(value: object) -> list[str]:
    if isinstance(value, dict):
        return [each for one in value.values() for each in _values(one)]
    if isinstance(value, list):
        return [each for one in value for each in _values(one)]
    return [] if value is None else [str(value)]


async def test_no_value_leads_from_one_of_her_addresses_to_another(
    app, owner, keyring, keeper_keyring
):
    her, him = Visitor(app, owner, keyring), Visitor(app, owner, keyring)
    elsewhere = httpx2.ASGITransport(app=app, client=("192.0.2.7", 1))
    him.client = httpx2.AsyncClient(transport=elsewhere, base_url="http://localhost:8002")
    await lives(her, *HERS)
    await lives(him, *OTHERS)
    dump = await dumped(owner, keeper_keyring)
    told = {each: dump.told_of(each) for each in (*HERS, *OTHERS)}
    assert all(told.values())
    of_all = told[OTHERS[0]] | told[OTHERS[1]]
    for one in HERS:
        for other in HERS:
            if one != other:
                assert told[one] & told[other] <= of_all, (one, other)
    for visitor in (her, him):
        await visitor.client.aclose()


async def test_a_session_says_of_no_moment(app, owner, keyring):
    """By the moment of its opening it would be that of a code, which has its address's tag."""
    her = Visitor(app, owner, keyring)
    await lives(her, *HERS)
    rows = await owner.fetch("select * from citizen_session")
    moments = [each for row in rows for each in row.values() if isinstance(each, datetime)]
    assert moments
    assert {(each.minute % 5, each.second, each.microsecond) for each in moments} == {(0, 0, 0)}
    await her.client.aclose()
