"""Between keys in clear and the columns that store them."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from izin.consent.model import ConsentKey, Current, Standing
from izin.consent.source import source_of
from izin.consent.store import KeyColumns
from izin.core.codes import IysCode
from izin.core.terms import Status
from izin.vault.pseudonym import Pseudonyms
from izin.vault.retailer import RetailerView

STATUS = {status.value: status for status in Status}


def locations(pseudonyms: Pseudonyms, keys: Sequence[ConsentKey]) -> list[tuple[UUID, int]]:
    """Tag and bucket of each key, in order. Cost: about 2 µs a key."""
    rows_by_provider: defaultdict[IysCode, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        rows_by_provider[key.tag_code].append(row)
    found: dict[int, tuple[UUID, int]] = {}
    for iys_code, rows in rows_by_provider.items():
        tags = pseudonyms.provider_tags(iys_code, [keys[row].address.clear for row in rows])
        found.update(zip(rows, tags, strict=True))
    return [found[row] for row in range(len(keys))]


def key_columns(pseudonyms: Pseudonyms, keys: Sequence[ConsentKey]) -> KeyColumns:
    """Lay keys out as the statements take them."""
    located = locations(pseudonyms, keys)
    return KeyColumns(
        [pseudonyms.brand_ref(key.brand_code) for key in keys],
        [key.channel for key in keys],
        [key.recipient_type for key in keys],
        [tag for tag, _ in located],
        [bucket for _, bucket in located],
    )


def standing_of(row: Record, retailers: RetailerView) -> Standing:
    """Read a row of `current_states`."""
    sealed = row["retailer_siv"]
    return Standing(
        status=STATUS[row["status"]],
        source=source_of(row["source"]),
        consented_at=row["consented_at"],
        recorded_at=row["recorded_at"],
        retailer_code=None if sealed is None else retailers.open(sealed),
    )


def current_of(row: Record, retailers: RetailerView) -> Current:
    """Read a row of `current_records`."""
    sealed = row["retailer_siv"]
    return Current(
        status=STATUS[row["status"]],
        source=source_of(row["source"]),
        consented_at=row["consented_at"],
        recorded_at=row["recorded_at"],
        first_recorded_at=row["first_recorded_at"],
        event_id=row["event_id"],
        version=row["version"],
        access_id=row["access_id"],
        retailer_code=None if sealed is None else retailers.open(sealed),
    )
