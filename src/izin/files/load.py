"""Pass two: record the good rows of a file, so that a kill at any point doubles nothing.

1. A chunk's rows, the journal of what was refused, and the load's progress: the rows and the
   progress in one transaction, the journal durable before it commits.
2. A resumed load skips the rows that are done; the journal has their refusals. If it has not, the
   load begins anew, and what it recorded is recognised.
3. The error file is put in its place, then the load is marked as ended, then the journal goes.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from itertools import islice
from uuid import UUID, uuid4

import msgspec

from izin.consent.model import Proposal, Repeated, Verdict
from izin.core.codes import BrandCode
from izin.core.errors import Refused
from izin.files import store
from izin.files.form import Row
from izin.files.journal import Entry, Journal
from izin.files.open import RowSource
from izin.files.problem import CellProblem, file_refused
from izin.files.row import RowReader
from izin.storage.database import Connection

PROPOSALS_MAX = 1000
"""Proposals of one transaction."""

_ROWS_MAX = 10_000
"""Rows of one transaction, where most of them are bad."""

_RecordChunk = Callable[[Sequence[Proposal], Connection], Awaitable[Sequence[Verdict]]]


class Registry(msgspec.Struct, frozen=True):
    """Where a file is loaded to.

    transaction  lends a connection inside a transaction: `izin.storage.Database.transaction`
    record       writes a chunk and gives one verdict a proposal, in order; of several movements of
                 one key in a chunk the later ones come later
    tag_of       a file's keyed tag of its SHA-256, which by itself tells the rows of a small file
    """

    brand_code: BrandCode
    transaction: Callable[[], AbstractAsyncContextManager[Connection]]
    record: _RecordChunk
    tag_of: Callable[[bytes], UUID]


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """How far a load is: rows that were recorded, were refused, or had been recorded before."""

    load_id: UUID
    rows_done: int
    rows_recorded: int
    rows_refused: int
    finished_at: datetime | None = None

    @property
    def rows_repeated(self) -> int:
        """Rows whose movement the registry had already, by another way."""
        return self.rows_done - self.rows_recorded - self.rows_refused


class _Chunk(msgspec.Struct):
    """Rows that go together."""

    rows: list[Row]
    proposals: list[Proposal]
    refused: dict[int, tuple[CellProblem, ...]]
    """By place in `rows`."""


async def begin(registry: Registry, digest: bytes) -> Loaded:
    """Begin to load a file, or see how far it got.

    Raises  FileRefusedError IZ216 if it was loaded to its end and no row of it was refused
    """
    tag = registry.tag_of(digest).bytes
    async with registry.transaction() as connection:
        await store.begin(connection, uuid4(), registry.brand_code, tag)
        row = await store.find(connection, registry.brand_code, tag)
    assert row is not None, "what was inserted is there"
    begun = msgspec.convert(dict(row), Loaded)
    if begun.finished_at is not None and not begun.rows_refused:
        raise file_refused("IZ216", finished=f"{begun.finished_at:%Y-%m-%d}")
    return begun


async def begin_anew(registry: Registry, begun: Loaded) -> Loaded:
    """Count a load's rows from the first again.

    Raises  FileRefusedError IZ219 if another process has moved it
    """
    async with registry.transaction() as connection:
        if not await store.begin_anew(connection, begun.load_id, begun.rows_done):
            raise file_refused("IZ219")
    return Loaded(load_id=begun.load_id, rows_done=0, rows_recorded=0, rows_refused=0)


async def take_up(source: RowSource, registry: Registry, begun: Loaded, journal: Journal) -> Loaded:
    """Go on where a load stopped, or anew if it ended or its journal lost refusals."""
    kept = journal.keep_until(_last_line(source, begun.rows_done))
    if begun.finished_at is None and kept == begun.rows_refused:
        return begun
    journal.keep_until(0)
    return await begin_anew(registry, begun)


def _last_line(source: RowSource, rows: int) -> int:
    if not rows:
        return 0
    return deque(islice(source.rows(), rows), maxlen=1)[0][0]


async def load(
    rows: Iterator[Row],
    reader: RowReader,
    registry: Registry,
    begun: Loaded,
    *,
    journal: Journal,
    told: Callable[[Loaded], None],
) -> Loaded:
    """Record rows chunk by chunk.

    Takes   rows: those that are not done yet · journal: gets the refused ones · told: hears of
            every chunk
    Gives   where it stands; `finish` ends it once the error file is in its place
    Raises  FileRefusedError IZ219 if another process loads the same file; UnavailableError: the
            same call later goes on where this one stopped
    """
    state = begun
    while chunk := _next_chunk(rows, reader):
        state = await _record(registry, state, chunk, reader, journal)
        told(state)
    return state


async def finish(registry: Registry, loaded: Loaded) -> None:
    """Mark a load as ended."""
    async with registry.transaction() as connection:
        await store.finish(connection, loaded.load_id)


def _next_chunk(rows: Iterator[Row], reader: RowReader) -> _Chunk | None:
    chunk = _Chunk([], [], {})
    for line, cells in islice(rows, _ROWS_MAX):
        verdict = reader.read(line, cells)[1]
        if isinstance(verdict, Proposal):
            chunk.proposals.append(verdict)
        else:
            chunk.refused[len(chunk.rows)] = verdict
        chunk.rows.append((line, cells))
        if len(chunk.proposals) == PROPOSALS_MAX:
            break
    return chunk if chunk.rows else None


async def _record(
    registry: Registry, state: Loaded, chunk: _Chunk, reader: RowReader, journal: Journal
) -> Loaded:
    proposing = [place for place in range(len(chunk.rows)) if place not in chunk.refused]
    repeated = 0
    async with registry.transaction() as connection:
        if await store.hold(connection, state.load_id, state.rows_done) is None:
            raise file_refused("IZ219")
        verdicts = await registry.record(chunk.proposals, connection) if proposing else ()
        for place, verdict in zip(proposing, verdicts, strict=True):
            if isinstance(verdict, Refused):
                line, cells = chunk.rows[place]
                chunk.refused[place] = (reader.problem(line, cells, verdict),)
            elif isinstance(verdict, Repeated):
                repeated += 1
        journal.add(_entries(chunk))
        refused = len(chunk.refused)
        counts = (len(chunk.rows), len(chunk.rows) - refused - repeated, refused)
        await store.advance(connection, state.load_id, counts)
    return msgspec.structs.replace(
        state,
        rows_done=state.rows_done + counts[0],
        rows_recorded=state.rows_recorded + counts[1],
        rows_refused=state.rows_refused + counts[2],
    )


def _entries(chunk: _Chunk) -> list[Entry]:
    return [
        Entry(chunk.rows[place][0], problems) for place, problems in sorted(chunk.refused.items())
    ]
