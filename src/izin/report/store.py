"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Connection

from izin.report.model import Asked, Counts, DayKey, Days, Line, Standing
from izin.storage.statements import load

_SQL = load("izin.report")


async def move_days(connection: Connection, keys: Sequence[DayKey], by: Sequence[Counts]) -> None:
    """Add to figures, which come in order."""
    await connection.execute(
        _SQL["move_days"],
        *([key[column] for key in keys] for column in range(len(DayKey._fields))),
        [each.begun for each in by],
        [each.renewed for each in by],
        [each.refused for each in by],
    )


async def days_at(connection: Connection) -> tuple[int, Days]:
    """Give every figure, and the number up to which they count."""
    rows = await connection.fetch(_SQL["days_at"])
    return rows[0]["counted_idx"], {
        DayKey(*(row[name] for name in DayKey._fields)): Counts(
            row["begun"], row["renewed"], row["refused"]
        )
        for row in rows
        if row["brand_ref"] is not None
    }


async def lines(connection: Connection, asked: Asked, most: int) -> list[Line]:
    rows = await connection.fetch(
        _SQL["lines"],
        asked.brand_ref,
        asked.aspect.value,
        asked.first,
        asked.last,
        asked.channels,
        asked.period,
        asked.by_channel,
        asked.by_recipient_type,
        asked.by_value,
        asked.value,
        most,
    )
    return [Line(**dict(row)) for row in rows]


async def standing(
    connection: Connection, brand_ref: UUID, channels: Sequence[str]
) -> list[Standing]:
    rows = await connection.fetch(_SQL["standing"], brand_ref, channels)
    return [Standing(*row.values()) for row in rows]
