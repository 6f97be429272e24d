"""Every statement of every slice is one that the database understands."""

from importlib import import_module
from pathlib import Path

import asyncpg
import pytest

from izin.storage.statements import load

SOURCE = Path(__file__).parents[2] / "src" / "izin"
STATEMENTS = [
    (package, name)
    for package in sorted(f"izin.{path.parent.name}" for path in SOURCE.glob("*/store.sql"))
    for name in load(package)
]


async def test_every_statement_prepares(owner: asyncpg.Connection):
    for package, name in STATEMENTS:
        prepared = await owner.prepare(load(package)[name])
        assert prepared.get_query(), f"{package} {name}"


@pytest.mark.parametrize("package", sorted({package for package, _ in STATEMENTS}))
def test_a_statement_is_used(package: str):
    module = Path(import_module(package + ".store").__file__).read_text("utf-8")
    assert [name for name in load(package) if f'"{name}"' not in module] == []
