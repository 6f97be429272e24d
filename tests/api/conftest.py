"""Clients of the doors, in process."""

import pytest
from builders.door import a_client
from builders.house import House
from builders.parties_door import PartyServices, a_parties_door
from builders.via import Post, a_form_in_force, said

from izin.access.authority import Authority
from izin.storage.database import Database


@pytest.fixture
def party_services(database, directory, tokens, clock) -> PartyServices:
    return PartyServices(database=database, directory=directory, tokens=tokens, clock=clock)


@pytest.fixture
def authority(access_tokens, directory, clock) -> Authority:
    return Authority(access_tokens, directory, now=clock)


@pytest.fixture
async def client(party_services, authority):
    """Calls tokens, brands and info through the whole pipeline, with nobody signed in."""
    async with a_client(a_parties_door(party_services, authority)) as opened:
        yield opened


@pytest.fixture
async def signed_in(client, given, directory, tokens, clock) -> dict[str, str]:
    """The header of a user of the usual provider, which is registered and known."""
    await given.provider()
    user = await given.api_user()
    await directory.refresh()
    pair = await tokens.by_password(user.username, user.password, now=clock())
    assert pair is not None
    return {"authorization": f"Bearer {pair.access}"}


@pytest.fixture
async def post(house: House, fresh_database):
    """The courier, in the test's hands."""
    database = await Database.open(fresh_database, role="izin_courier")
    yield Post(database, house.parts.keyring.message_sealer)
    await database.close()


@pytest.fixture
async def form(ours, operator_database) -> int:
    """A form in force for all channels and two texts, with a hundred credits."""
    kvk = {each: said(each) for each in ("ACIK_RIZA_METNI", "AYDINLATMA_METNI")}
    return await a_form_in_force(
        ours, operator_database, channels=["MESAJ", "ARAMA", "EPOSTA"], kvk=kvk
    )
