"""The citizens' pages over a database with consents of two people, and a real browser."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from builders.browser import browser as browser
from builders.doors import Doors
from builders.gateway import SECRET, gateway
from builders.heart import a_key, a_proposal
from builders.parties import BRAND_CODE
from builders.visitor import Visitor, known_at

from izin.core.address import REACHED_BY, Address
from izin.core.clock import utc_now
from izin.core.terms import Channel, RecipientType
from izin.link.make import make
from izin.link.model import LIFE, PersonalLink, Reach
from izin.simulator.registration import Client, IdentitySettings
from izin.wiring.citizen import open_citizens
from izin.wiring.settings import Settings


@pytest.fixture
def settings_of_pages(fresh_database, tmp_path) -> Settings:
    """The root key is that of the other fixtures: all work with the same keys."""
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        pool_size=7,
    )


@pytest.fixture
async def app(settings_of_pages, root, given, heart, followed) -> AsyncIterator:
    """Consents of two people, and the pages over the same database."""
    await given.provider(title="Işık Giyim A.Ş.")
    await given.brand(name="Işık Giyim")
    mine = [
        a_proposal(key=a_key(1)),
        a_proposal(key=a_key(1, channel=Channel.ARAMA)),
        a_proposal(key=a_key(1, recipient_type=RecipientType.TACIR)),
    ]
    await heart.record(*mine, a_proposal(key=a_key(2)))
    await heart.number_and_project()
    async with open_citizens(settings_of_pages) as opened_app:
        yield opened_app


@pytest.fixture
def doors(app, citizen_database, keeper_database, keeper_keyring) -> Doors:
    return Doors(citizen_database, keeper_database, keeper_keyring)


@pytest.fixture
async def provider(tmp_path) -> AsyncIterator[IdentitySettings]:
    """The gateway, at which these pages are known."""
    (tmp_path / "gateway-secret").write_text(SECRET)
    ours = Client(
        client_id="izin:vatandas",
        name="İzin",
        secret=SECRET,
        redirect_uris=frozenset(("http://localhost:8002/e-devlet/back",)),
    )
    async with gateway(utc_now, clients=(ours,)) as settings:
        yield settings


@pytest.fixture
async def arrival(app, provider, settings_of_pages, owner, keyring) -> AsyncIterator[Visitor]:
    """A browser at pages that know the gateway; `app` has laid the consents out."""
    async with open_citizens(known_at(provider, settings_of_pages)) as opened_app:
        one = Visitor(opened_app, owner, keyring)
        yield one
        await one.client.aclose()


@pytest.fixture
async def visitor(app, owner, keyring) -> AsyncIterator[Visitor]:
    one = Visitor(app, owner, keyring)
    yield one
    await one.client.aclose()


@pytest.fixture
def a_link(app, database, keyring):
    """Make a link to an address, of all that it reaches, and give its path."""

    async def made(to: Address, *, good_for: timedelta = LIFE, **facts) -> str:
        reach = Reach(
            brand_code=BRAND_CODE,
            address=to,
            channels=facts.get("channels", REACHED_BY[to.kind]),
            recipient_types=tuple(RecipientType),
        )
        link = PersonalLink(reach=reach, good_until=utc_now() + good_for)
        async with database.connection() as connection:
            [name] = await make(connection, keyring, [link])
        return f"/k/{name}"

    return made
