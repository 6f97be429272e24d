"""A new integration's way to its tokens, from end to end."""

import pytest
from builders.holder import Holder, public
from builders.house import BRAND
from builders.members import member

HOST = "127.0.0.1"


@pytest.fixture
async def leading(house, given):
    """Our company's owner: no program enters accounts."""
    async with await member(given, house) as client:
        yield client


async def entered(leading, **key) -> Holder:
    """An account that our company has entered, with a key of its own."""
    added = await leading.post("/x/clients", json={})
    assert added.status_code == 201, added.text
    holder = Holder(added.json()["clientId"])
    body = key or {"jwk": public(holder.key)}
    kept = await leading.post(f"/x/clients/{holder.client_id}/keys", json=body)
    assert kept.status_code == 201, kept.text
    return holder


@pytest.fixture
async def holder(leading) -> Holder:
    return await entered(leading)


@pytest.fixture
async def door(house):
    async with house.client() as client:
        yield client


async def test_an_account_with_a_key_gets_a_token_that_works_with_its_proof(holder, door):
    answer = await holder.ask(door)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("DPoP", 600)
    assert set(body) == {"access_token", "token_type", "expires_in"}
    shown = await holder.call(door, body["access_token"], f"{BRAND}/consents/changes")
    assert shown.status_code == 204, shown.text
