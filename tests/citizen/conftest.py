"""The citizens' pages over a database with consents of two people, and a real browser."""

from collections.abc import AsyncIterator

import pytest
from builders.browser import browser as browser
from builders.heart import a_key, a_proposal
from builders.visitor import Visitor

from izin.core.terms import Channel, RecipientType
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
async def app(settings_of_pages, root, given, heart) -> AsyncIterator:
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
async def visitor(app, owner, keyring) -> AsyncIterator[Visitor]:
    one = Visitor(app, owner, keyring)
    yield one
    await one.client.aclose()
