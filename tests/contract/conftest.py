"""One registry a module, so that the proof of the whole contract fits into a minute."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from builders.collecting import collecting
from builders.registry import Registry, open_registry

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a module's tests share the event loop on which its registry was opened."""
    for item in items:
        if item.path.parent == _HERE and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def registry(new_database, passwords, tmp_path_factory) -> AsyncIterator[Registry]:
    """Providers of every standing, who collect consents too; a keeper and a courier at work."""
    folder = tmp_path_factory.mktemp("registry")
    async with (
        open_registry(new_database(), passwords, folder) as opened,
        collecting(opened, passwords),
    ):
        yield opened
