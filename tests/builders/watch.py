"""Watches what tests store and log: no address may be in it.

Each database is read before it is dropped: of each table the first and the last rows, a thousand
together, every column but the sign-in names of companies' users. An address in clear is found
whether or not anybody said that it is used; digests are looked for of those that the builders and
the tests' own texts name.
"""

import io
import re
from collections.abc import Iterable
from pathlib import Path

import asyncpg
from builders.canaries import Watch

END_ROWS = 500
"""Rows of a table that are read from each of its ends: those of old, and those that came last."""

DIGESTED_MAX = 6000
"""Addresses of which digests are looked for in one process: four hundred thousand words."""

SIGN_IN_NAMES = {("api_user", "username")}
LOGS = ("server.log*", "*.stderr", "*.log")

_TO_TRY = re.compile(rb"^ +curl -s http://\S+/x/brands/[0-9]+/ask .*$", re.MULTILINE)
"""What the demonstration tells people to type, with three of its invented people in it."""

_TABLES = """
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind = 'r' and pg_relation_size(c.oid) > 0 and n.nspname = 'public'
    group by c.relname
"""
_WRITTEN = re.compile(r"\+90599[0-9]{7}|[a-z][a-z0-9._+-]*@[a-z0-9.-]+\.example")

_watch = Watch()
_used: dict[str, None] = {}
_known: list[str] = []

found: set[str] = set()
"""Where an address was, and in which way; never which."""


def used(address: str) -> str:
    """Say that an invented person's address is used."""
    _used[address] = None
    return address


def watch() -> Watch:
    """Knows what is used by now."""
    while _used and len(_known) < DIGESTED_MAX:
        address, _ = _used.popitem()
        if _watch.add_once(address):
            _known.append(address)
    _used.clear()
    return _watch


def tell(where: str, kinds: Iterable[str]) -> None:
    """Have the suite fail for what was found, and where."""
    found.update(f"{where}: {kind}" for kind in kinds)


def name_written_addresses() -> None:
    """Say that every address is used that a test has in its text."""
    for path in Path(__file__).parents[1].rglob("*.py"):
        for address in _WRITTEN.findall(path.read_text("utf-8")):
            used(address)


async def look_through(url: str, whose: str) -> None:
    """Look for addresses in every table of a database."""
    connection = await asyncpg.connect(url)
    try:
        tables = [
            (
                row["name"],
                [one for one in row["columns"] if (row["name"], one) not in SIGN_IN_NAMES],
            )
            for row in await connection.fetch(_TABLES)
        ]
        whole = b"".join([await _rows(connection, name, *columns) for name, columns in tables])
        if not watch().kinds(whole):
            return
        for name, columns in tables:
            for column in columns:
                kinds = _watch.kinds(await _rows(connection, name, column))
                tell(f"{name}.{column} ({whose})", kinds)
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection, table: str, *columns: str) -> bytes:
    copied = io.BytesIO()
    listed = ", ".join(f'"{column}"' for column in columns)
    for order in ("asc", "desc"):
        query = f'select {listed} from "{table}" order by ctid {order} limit {END_ROWS}'
        await connection.copy_from_query(query, output=copied, format="binary")
    return copied.getvalue()


def look_at_logs(folder: Path) -> None:
    """Look for addresses in all logs below a folder."""
    for pattern in LOGS:
        for path in folder.rglob(pattern):
            if path.is_file():
                tell(path.name, watch().kinds(_TO_TRY.sub(b"", path.read_bytes())))
