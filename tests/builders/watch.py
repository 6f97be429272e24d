"""Watches what tests store and log: no address may be in it.

Each database is read before it is dropped: of each table the first and the last rows, a thousand
together, every column but the sign-in names of companies' users. Of registries that tests start,
and end, the database's files are read, the beginning and the end of each. An address in clear is
found whether or not anybody said that it is used; digests are looked for of those that the
builders and the tests' own texts name.
"""

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import asyncpg
from builders.canaries import Watch

END_ROWS = 500
"""Rows of a table that are read from each of its ends: those of old, and those that came last."""

END_BYTES = 256 * 1024
"""Of a database's file."""

DIGESTED_MAX = 6000
"""Addresses of which digests are looked for until the end: four hundred thousand words."""

NEWEST = 200
"""Past these, so many of those that were used since the last look, and in the next one only."""

FIRST_OWN = 16_384
"""Numbers from here on are of databases and tables that somebody made."""

SIGN_IN_NAMES = {("api_user", "username")}
_SIGN_IN_NAME = re.compile(rb"(?:api|bench)@[a-z-]+\.example")
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
_USED_MAX = 2 * DIGESTED_MAX

found: set[str] = set()
"""Where an address was, and in which way; never which."""


def used(address: str) -> str:
    """Say that an invented person's address is used."""
    if len(_used) < _USED_MAX:
        _used[address] = None
    return address


def watches() -> list[Watch]:
    """They know what is used by now."""
    while _used and len(_known) < DIGESTED_MAX:
        address, _ = _used.popitem()
        if _watch.add_once(address):
            _known.append(address)
    newest = list(_used)[-NEWEST:]
    _used.clear()
    return [_watch, *([Watch(newest)] if newest else [])]


def kinds(text: bytes, by: Iterable[Watch] | None = None) -> set[str]:
    """In which ways is an address that is used by now in this text?"""
    return {kind for each in (watches() if by is None else by) for kind in each.kinds(text)}


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
        by = watches()
        if not kinds(whole, by):
            return
        for name, columns in tables:
            for column in columns:
                rows = await _rows(connection, name, column)
                tell(f"{name}.{column} ({whose})", kinds(rows, by))
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection, table: str, *columns: str) -> bytes:
    copied = io.BytesIO()
    listed = ", ".join(f'"{column}"' for column in columns)
    for order in ("asc", "desc"):
        query = f'select {listed} from "{table}" order by ctid {order} limit {END_ROWS}'
        said = await connection.copy_from_query(query, output=copied, format="binary")
        if int(said.removeprefix("COPY ")) < END_ROWS:
            break  # those are all
    return copied.getvalue()


def look_at_what_is_left(folder: Path, whose: str) -> None:
    """Look for addresses in all logs and databases' files below a folder."""
    by = watches()
    for pattern in LOGS:
        for path in folder.rglob(pattern):
            if path.is_file():
                tell(path.name, kinds(_TO_TRY.sub(b"", path.read_bytes()), by))
    for path in _files_of_databases(folder):
        text = _SIGN_IN_NAME.sub(b"", _ends(path))
        tell(f"{path.parent.name}/{path.name} ({whose})", kinds(text, by))


def _files_of_databases(folder: Path) -> Iterator[Path]:
    """Tables and indexes that somebody made, in databases that somebody made."""
    for version in folder.rglob("PG_VERSION"):
        for path in version.parent.glob("base/*/*"):
            if path.name.isdecimal() and min(int(path.name), int(path.parent.name)) >= FIRST_OWN:
                yield path


def _ends(path: Path) -> bytes:
    with path.open("rb") as opened:
        text = opened.read(END_BYTES)
        opened.seek(max(END_BYTES, path.stat().st_size - END_BYTES))
        return (text + opened.read()).rstrip(b"\0")
