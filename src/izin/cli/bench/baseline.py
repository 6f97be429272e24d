"""The limits: what bare SQL does of the same work, on the same server."""

import asyncio
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from time import perf_counter
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import msgspec

from izin.cli.bench.registry import Registry
from izin.cli.bench.sql import LOOK_UP, SQL
from izin.storage.account import choose
from izin.storage.database import Connection, Database

CHUNK = 1000
_WRITERS = 2
_BRAND = UUID(int=0x5EED)
_COMMITMENT = bytes(32)

Key = tuple[UUID, str, str, UUID, int]


class Widths(msgspec.Struct, frozen=True):
    """How many bytes our own rows seal."""

    recipient: int
    body: int
    citizen: int


async def widths(registry: Registry, brand_ref: UUID) -> Widths:
    """Measure our own rows, so that the limit writes as much."""
    async with registry.owner.connection() as connection:
        row = await connection.fetchrow(SQL["widths"], brand_ref)
    assert row is not None, "the brand has records, and they are in the citizens' view"
    return Widths(*row.values())


async def sample(registry: Registry, brand_ref: UUID, count: int) -> list[Key]:
    """Ready keys of records, in no order."""
    async with registry.owner.connection() as connection:
        return [
            tuple(row.values()) for row in await connection.fetch(SQL["sample"], brand_ref, count)
        ]


async def look_up_s(registry: Registry, keys: Sequence[Key]) -> float:
    """Look all keys up over one connection, CHUNK at a time. Gives the seconds."""
    chunks = [_columns(keys[at : at + CHUNK]) for at in range(0, len(keys), CHUNK)]
    async with registry.owner.connection() as connection:
        statement = await connection.prepare(LOOK_UP)
        await statement.fetch(*chunks[0])
        began = perf_counter()
        for chunk in chunks:
            await statement.fetch(*chunk)
        return perf_counter() - began


async def hash_join_s(registry: Registry, brand_ref: UUID, runs: int, count: int) -> list[float]:
    """Join ready keys with the whole brand. Gives the seconds of each run."""
    taken: list[float] = []
    async with registry.owner.connection() as connection:
        await _prepare_join(connection, brand_ref, count)
        for _ in range(runs):
            began = perf_counter()
            await connection.fetchval(SQL["hash_join"], brand_ref)
            taken.append(perf_counter() - began)
        await connection.execute(SQL["plan_by_key"])
    return taken


async def _prepare_join(connection: Connection, brand_ref: UUID, count: int) -> None:
    await connection.execute(SQL["forget_asked"])
    await connection.execute(SQL["make_asked"], brand_ref, count)
    await connection.execute(SQL["count_asked"])
    await connection.execute(SQL["plan_freely"])


class Writer:
    """Writes ready rows to everything that one consent stands in, in sets."""

    def __init__(self, database: Database, width: Widths) -> None:
        """Take the database of the limits."""
        self._database = database
        self._numbered = 0
        self._sealed = (bytes(width.recipient), bytes(width.body), bytes(width.citizen))

    async def write_s(self, count: int) -> float:
        """Write so many rows, two connections side by side. Gives the seconds."""
        async with self._database.connection() as connection:
            await _make_given(connection, count)
            self._numbered = await connection.fetchval(SQL["last_entry"])
        firsts = iter(range(1, count + 1, CHUNK))
        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(_WRITERS):
                group.create_task(self._write(firsts, count))
        return perf_counter() - began

    async def _write(self, firsts: Iterator[int], count: int) -> None:
        async with self._database.connection() as connection:
            for first in firsts:
                await self._write_chunk(connection, first, min(first + CHUNK - 1, count))

    async def _write_chunk(self, connection: Connection, first: int, last: int) -> None:
        recipient, body, citizen = self._sealed
        async with connection.transaction():
            await connection.execute(SQL["put_view"], _BRAND, first, last, recipient)
            await connection.execute(SQL["put_events"], _BRAND, first, last, _COMMITMENT, body)
            await connection.execute(SQL["put_pending"], _BRAND, first, last)
            await connection.execute(SQL["number"], _BRAND, first, last, self._numbered)
            await connection.execute(SQL["forget_pending"], first, last)
            await connection.execute(SQL["put_citizens"], first, last, citizen)


async def _make_given(connection: Connection, count: int) -> None:
    await connection.execute(SQL["forget_given"])
    await connection.execute(SQL["make_given"], count)
    await connection.execute(SQL["index_given"])


def insert_per_second(registry: Registry, width: Widths, *, clients: int, seconds: int) -> float:
    """What pgbench commits a second of what one add writes."""
    program = choose(registry.server.folder).programs / "bin" / "pgbench"
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SQL["put_one"] + ";\n")
        script.flush()
        said = subprocess.run(  # noqa: S603 our own command, no shell
            [
                *(str(program), "--no-vacuum", "--protocol=prepared", f"--file={script.name}"),
                *(f"--client={clients}", "--jobs=1", f"--time={seconds}"),
                *(f"--define=brand={_BRAND}", f"--define=recipient={width.recipient}"),
                f"--define=body={width.body}",
            ],
            env=_client_environment(registry.limits_url),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    line = next(line for line in said.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def _client_environment(url: str) -> dict[str, str]:
    """How PostgreSQL's own programs reach a database: never by the command line, which all see."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "PGHOST": query["host"][0],
        "PGPORT": query["port"][0],
        "PGUSER": parts.username or "",
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.removeprefix("/"),
    }


async def described(registry: Registry, brand_ref: UUID) -> str:
    """What makes the limits comparable: their SQL, their plans, and what a commit is worth."""
    async with registry.owner.connection() as connection:
        durability = await connection.fetch(SQL["durability"])
        shown = ["durability: " + ", ".join(f"{name} = {setting}" for name, setting in durability)]
        keys = [tuple(row) for row in await connection.fetch(SQL["sample"], brand_ref, CHUNK)]
        look_up = _Shown("look_up, 1000 a call", LOOK_UP, _columns(keys))
        shown += await _explained(connection, [look_up])
        await _prepare_join(connection, brand_ref, 1_000_000)
        shown += await _explained(connection, [_Shown("hash_join", SQL["hash_join"], (brand_ref,))])
        await connection.execute(SQL["plan_by_key"])
    async with registry.limits.connection() as connection:
        await _make_given(connection, CHUNK)
        shown += await _explained(connection, _written())
    return "\n".join(shown)


class _Shown(msgspec.Struct, frozen=True):
    name: str
    sql: str
    arguments: Sequence[object]


def _written() -> list[_Shown]:
    span, sealed = (1, CHUNK), b""
    arguments: dict[str, Sequence[object]] = {
        "lookup": (_BRAND, _BRAND, 0),
        "put_view": (_BRAND, *span, sealed),
        "put_events": (_BRAND, *span, sealed, sealed),
        "put_pending": (_BRAND, *span),
        "number": (_BRAND, *span, 0),
        "forget_pending": span,
        "put_citizens": (*span, sealed),
    }
    one = SQL["put_one"].replace(":brand", "$1").replace(":recipient", "$2").replace(":body", "$3")
    shown = [_Shown(name, SQL[name], given) for name, given in arguments.items()]
    return [*shown, _Shown("put_one, by pgbench", one, (_BRAND, 1, 1))]


async def _explained(connection: Connection, shown: Sequence[_Shown]) -> list[str]:
    lines: list[str] = []
    for each in shown:
        plan = await connection.fetch("explain (costs off) " + each.sql, *each.arguments)
        lines += [f"\n{each.name}:", each.sql, *(f"    {line}" for (line,) in plan)]
    return lines


def _columns(keys: Sequence[Key]) -> tuple[list[object] | None, ...]:
    """Give ready keys as the look-up takes them; their buckets are not named, so many they are."""
    return (*(list(column) for column in zip(*keys, strict=True)), None)
