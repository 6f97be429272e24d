"""The statements of `store.sql`, one function each, no branch."""

from asyncpg import Connection, Record

from izin.audit.change import Change
from izin.core.codes import IntermediaryCode
from izin.intermediary.model import Intermediary, IntermediaryState
from izin.storage.statements import load

_SQL = load("izin.intermediary")


async def enter(change: Change, carrier: Intermediary, version: int) -> bool:
    """Write a new carrier; False if its code is taken."""
    facts = _facts(carrier, version)
    return await change.connection.fetchval(_SQL["enter"], *facts) is not None


async def change(change: Change, carrier: Intermediary, version: int) -> None:
    await change.connection.execute(_SQL["change"], *_facts(carrier, version))


async def one(change: Change, code: IntermediaryCode) -> Intermediary | None:
    """Give a carrier, which nobody else changes until the commit."""
    row = await change.connection.fetchrow(_SQL["one"], code)
    return None if row is None else _intermediary(row)


async def changed(connection: Connection, since: int) -> list[Intermediary]:
    """Give the carriers changed after a version, in no order; -1 gives all."""
    return [_intermediary(row) for row in await connection.fetch(_SQL["changed"], since)]


def _facts(carrier: Intermediary, version: int) -> tuple[object, ...]:
    return (carrier.intermediary_code, carrier.title, carrier.state.value, version)


def _intermediary(row: Record) -> Intermediary:
    return Intermediary(
        intermediary_code=row["intermediary_code"],
        title=row["title"],
        state=IntermediaryState(row["state"]),
    )


async def title(connection: Connection, code: IntermediaryCode) -> str | None:
    found: str | None = await connection.fetchval(_SQL["title"], code)
    return found


async def is_there(connection: Connection, code: IntermediaryCode) -> bool:
    """Is a carrier of this code registered?"""
    return bool(await connection.fetchval(_SQL["is_there"], code))
