"""Import a file of consents: look at all of it, then record what is right."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import msgspec

from izin.core.codes import IysCode
from izin.files.check import Summary, check
from izin.files.errorfile import open_error_file
from izin.files.form import CAPS, Caps
from izin.files.journal import Journal
from izin.files.load import Loaded, Registry, begin, find, finish, load
from izin.files.open import RowSource, open_rows
from izin.files.problem import file_refused
from izin.files.row import Parse, RowReader
from izin.i18n.catalogue import Language


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be imported, and how.

    error_path      where refused rows go; the file is there only if there are any
    parse           the API's own check of a row, with its context
    all_or_nothing  record nothing if any row has a problem in pass one
    """

    path: Path
    error_path: Path
    iys_code: IysCode
    parse: Parse
    all_or_nothing: bool = False
    language: Language = Language.TR
    caps: Caps = CAPS


class Outcome(msgspec.Struct, frozen=True):
    """What came of an import; `loaded` is None if nothing was recorded."""

    summary: Summary
    loaded: Loaded | None


async def import_file(
    order: Order, registry: Registry, told: Callable[[Loaded], None] = lambda _: None
) -> Outcome:
    """Check a file whole, then record its good rows; a killed import goes on where it stopped.

    Takes   told: hears of every chunk that is durable
    Raises  FileRefusedError for a file that cannot be read or was loaded before; nothing is
            recorded then · UnavailableError: call again
    Cost    two passes, 12 µs a row each, and the recording; memory of one chunk for a CSV
    """
    source = open_rows(order.path, order.caps)
    reader = RowReader(
        source.columns, order.parse, brand_code=registry.brand_code, iys_code=order.iys_code
    )
    begun = await find(registry, source.digest)
    if begun is not None and begun.finished_at is not None:
        raise file_refused("IZ116", finished=f"{begun.finished_at:%Y-%m-%d}")
    rows_done = 0 if begun is None else begun.rows_done
    with open_error_file(order.error_path, source, order.language) as errors:
        summary = check(source, reader, errors, rows_done=rows_done)
    if order.all_or_nothing and summary.bad and not rows_done:
        return Outcome(summary, None)
    return Outcome(summary, await _load(order, registry, source, reader, told))


async def _load(
    order: Order,
    registry: Registry,
    source: RowSource,
    reader: RowReader,
    told: Callable[[Loaded], None],
) -> Loaded:
    begun = await begin(registry, source.digest, uuid4())
    name = f"{order.error_path.name}.{begun.load_id}.journal"
    with Journal(order.error_path.with_name(name)) as journal:
        with open_error_file(order.error_path, source, order.language) as errors:
            loaded = await load(source, reader, registry, begun, outs=(errors, journal), told=told)
        await finish(registry, loaded)
        journal.remove()
    return loaded
