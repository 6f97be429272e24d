"""Rows of both views put right; one that moved since it was read is left to whoever moved it."""

from collections.abc import Sequence
from uuid import UUID

from izin.consent import store
from izin.consent.dealers import Grant, grant
from izin.consent.expected import Expected, Found, WrongCitizen, key_columns
from izin.consent.project import CitizenRow
from izin.consent.source import ID_BY_SOURCE
from izin.consent.store import MendedColumns
from izin.keyring import Keyring
from izin.storage.database import Connection


async def mend(connection: Connection, keyring: Keyring, found: Found) -> int:
    """Put right what a comparison found, in one transaction; give how many rows were.

    Cost    seven statements at most, and what brands' keys cost that are not kept
    """
    missing = [wrong.expected for wrong in found.rows if wrong.read is None]
    differing = [(wrong.expected, wrong.read) for wrong in found.rows if wrong.read is not None]
    put_back = await _columns(keyring, missing)
    put_right = await _columns(keyring, [expected for expected, _ in differing])
    written = 0
    async with connection.transaction():
        if missing:
            written += await store.mend_missing_rows(connection, key_columns(missing), put_back)
        if differing:
            keys = key_columns([expected for expected, _ in differing])
            read = [was.event_id for _, was in differing], [was.version for _, was in differing]
            written += await store.mend_rows(connection, keys, put_right, read)
        if found.citizens:
            written += await _mend_citizens(connection, found.citizens)
        if found.dealers:  # after the rows, which then stand where they should
            written += await _mend_dealers(connection, keyring, found.dealers)
    return written


async def _columns(keyring: Keyring, expected: Sequence[Expected]) -> MendedColumns:
    bodies = [each.body for each in expected]
    codes = [body.retailer_code for body in bodies]
    return MendedColumns(
        statuses=[body.status for body in bodies],
        sources=[None if body.source is None else ID_BY_SOURCE[body.source] for body in bodies],
        consented_ats=[body.consented_at for body in bodies],
        recorded_ats=[body.movement.recorded_at for body in bodies],
        first_recorded_ats=[each.first_recorded_at for each in expected],
        recipients_sealed=[await _recipient_sealed(keyring, each) for each in expected],
        retailer_sivs=[None if code is None else keyring.retailers.seal(code) for code in codes],
        event_ids=[each.place.last_id for each in expected],
        tag_epochs=[keyring.pseudonyms.epoch] * len(bodies),
        versions=[each.place.count for each in expected],
        access_ids=[each.place.access_id for each in expected],
        access_counts=[each.place.access_count for each in expected],
    )


async def _recipient_sealed(keyring: Keyring, each: Expected) -> bytes:
    sealer = await keyring.brand_sealer(each.place.brand_ref, each.body.recorded_at)
    address = each.body.key.address.clear.encode()
    return sealer.seal("provider_consent", "recipient_sealed", each.place.tag.bytes, address)


async def _mend_citizens(connection: Connection, wrong: Sequence[WrongCitizen]) -> int:
    missing = [each.row for each in wrong if each.read is None]
    differing = [(each.row, each.read) for each in wrong if each.read is not None]
    rows = [row for row, _ in differing]
    put_back = await store.mend_missing_citizens(
        connection, _citizen_keys(missing), [row.sealed for row in missing]
    )
    return put_back + await store.mend_citizens(
        connection,
        _citizen_keys(rows),
        [row.sealed for row in rows],
        [read for _, read in differing],
    )


def _citizen_keys(rows: Sequence[CitizenRow]) -> tuple[list[UUID], list[UUID], list[int]]:
    return [row.tag for row in rows], [row.slot for row in rows], [row.bucket for row in rows]


async def _mend_dealers(connection: Connection, keyring: Keyring, wrong: Sequence[Expected]) -> int:
    held = await store.hold_rows(
        connection,
        key_columns(wrong),
        [each.place.last_id for each in wrong],
        [each.place.access_id for each in wrong],
    )
    mended = [wrong[row["ord"] - 1] for row in held]
    grants = [Grant(row, code) for row, each in enumerate(mended) for code in each.dealers or ()]
    await grant(connection, keyring, key_columns(mended), grants)
    return len(mended)
