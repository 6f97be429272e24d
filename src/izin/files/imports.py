"""Import a file of consents: look at all of it, then record what is right."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import chain, islice
from pathlib import Path

import msgspec

from izin.core.codes import IysCode
from izin.files.check import Summary, check, groups_of
from izin.files.errorfile import Mark, open_error_file, see_that_it_may_be_written, write_errors
from izin.files.form import CAPS, Caps, Row
from izin.files.journal import Journal, journal_path, open_journal
from izin.files.load import Loaded, Registry, begin, begin_anew, finish, load, take_up
from izin.files.open import RowSource, open_rows
from izin.files.row import Parse, RowReader
from izin.i18n.catalogue import Language
from izin.storage.database import Connection


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be imported, and how.

    error_path      where refused rows go; the file is there only if there are any
    folder          the registry's own, for what a run leaves to the next one
    parse           the API's own check of a row, with its context
    all_or_nothing  record nothing if any row is refused
    """

    path: Path
    error_path: Path
    folder: Path
    iys_code: IysCode
    parse: Parse
    all_or_nothing: bool = False
    language: Language = Language.TR
    caps: Caps = CAPS


class Outcome(msgspec.Struct, frozen=True):
    """What came of an import; `loaded` is None if nothing was recorded.

    refused  rows of the whole file; `summary` has their problems in groups
    """

    summary: Summary
    loaded: Loaded | None
    refused: int


class _Work(msgspec.Struct, frozen=True):
    """One file on its way into one registry."""

    order: Order
    registry: Registry
    source: RowSource
    reader: RowReader
    told: Callable[[Loaded], None]


async def import_file(
    order: Order, registry: Registry, told: Callable[[Loaded], None] = lambda _: None
) -> Outcome:
    """Check a file whole, then record its good rows; a killed import goes on where it stopped.

    Takes   told: hears of every chunk
    Raises  FileRefusedError for a file that cannot be read or was loaded before, or an error file
            that would take another's place; nothing is recorded then · UnavailableError: call again
    Cost    two passes, 12 µs a row each, and the recording; a third over the file if rows were
            refused; memory of one chunk for a CSV
    """
    source = open_rows(order.path, order.caps)
    see_that_it_may_be_written(order.error_path, order.path, _mark(order, registry, source))
    reader = RowReader(
        source.columns, order.parse, brand_code=registry.brand_code, iys_code=order.iys_code
    )
    work = _Work(order, registry, source, reader, told)
    return await (_all_or_nothing(work) if order.all_or_nothing else _row_by_row(work))


async def _row_by_row(work: _Work) -> Outcome:
    order, registry, source = work.order, work.registry, work.source
    begun = await begin(registry, source.digest)
    with open_journal(order.folder, begun.load_id) as journal:
        begun = await take_up(source, registry, begun, journal)
        summary = check(source, work.reader, None, rows_done=begun.rows_done)
        rows = islice(source.rows(), begun.rows_done, None)
        loaded = await load(rows, work.reader, registry, begun, journal=journal, told=work.told)
        summary = _with_refusals(work, summary, journal)
        await finish(registry, loaded)
        journal_path(order.folder, begun.load_id).unlink()
    return Outcome(summary, loaded, loaded.rows_refused)


def _mark(order: Order, registry: Registry, source: RowSource) -> Mark:
    load = f"{registry.brand_code} {registry.tag_of(source.digest)}"
    return Mark(order.folder, load, registry.tag_of)


class _RollBackError(Exception):
    """Rows were refused where all or none are wanted."""

    def __init__(self, rows_refused: int) -> None:
        super().__init__(f"{rows_refused} rows refused")
        self.rows_refused = rows_refused


async def _all_or_nothing(work: _Work) -> Outcome:
    """Record all in one transaction: a row may be refused for what an earlier one did."""
    order, source = work.order, work.source
    with open_error_file(order.error_path, source, order.language) as errors:
        summary = check(source, work.reader, errors)
    if summary.bad:
        _mark(order, work.registry, source).put(order.error_path)
        return Outcome(summary, None, summary.bad)
    rows = _begun(source.rows())
    with Journal(tempfile.TemporaryFile()) as journal:
        try:
            async with work.registry.transaction() as connection:
                loaded = await _record_all(work, rows, journal, connection)
        except _RollBackError as error:
            return Outcome(_with_refusals(work, summary, journal), None, error.rows_refused)
    return Outcome(summary, loaded, 0)


async def _record_all(
    work: _Work, rows: Iterator[Row], journal: Journal, connection: Connection
) -> Loaded:
    registry = msgspec.structs.replace(work.registry, transaction=lambda: nullcontext(connection))
    begun = await begin_anew(registry, await begin(registry, work.source.digest))
    loaded = await load(rows, work.reader, registry, begun, journal=journal, told=work.told)
    if loaded.rows_refused:
        raise _RollBackError(loaded.rows_refused)
    await finish(registry, loaded)
    return loaded


def _begun(rows: Iterator[Row]) -> Iterator[Row]:
    """Read up to the first row: a workbook takes longer than a transaction may be idle."""
    first = next(rows, None)
    return iter(()) if first is None else chain((first,), rows)


def _with_refusals(work: _Work, summary: Summary, journal: Journal) -> Summary:
    """Write the error file of both passes, and put all problems into groups."""
    order = work.order
    groups = groups_of(entry.problems for entry in journal.entries())
    if groups:
        with open_error_file(order.error_path, work.source, order.language) as errors:
            write_errors(errors, work.source, journal.entries())
        _mark(order, work.registry, work.source).put(order.error_path)
    return msgspec.structs.replace(summary, groups=groups)
