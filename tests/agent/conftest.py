"""A real browser for the call centre's pages, and whoever calls its voice menu."""

from collections.abc import AsyncIterator

import pytest
from builders.browser import browser as browser
from builders.voice import Caller


@pytest.fixture
async def caller(app, owner, keyring, followed) -> AsyncIterator[Caller]:
    """Whoever calls the voice menu of the same test's `app`."""
    one = Caller(app, owner, keyring)
    yield one
    await one.client.aclose()
