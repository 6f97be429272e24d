"""The hot path: what stands under a key, one at a time or a thousand at once. No cache, no lock."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from asyncpg import Record

from izin.consent import store
from izin.consent.coalesce import Bounds, Coalescer
from izin.consent.model import ConsentKey, Standing
from izin.consent.source import source_of
from izin.consent.stored import STATUS, key_columns
from izin.core.codes import RetailerCode, TransactionId
from izin.core.terms import Source, Status
from izin.keyring import Keyring
from izin.storage.database import Database


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """A record as its owner sees it."""

    status: Status
    source: Source | None
    consented_at: datetime | None
    first_recorded_at: datetime
    retailer_code: RetailerCode | None
    retailer_count: int
    transaction_id: TransactionId


class Checker:
    """Answers what stands now. Single questions are gathered, lists go alone."""

    def __init__(self, database: Database, keyring: Keyring, bounds: Bounds) -> None:
        """Take the bounds of the waiting single questions."""
        self._database = database
        self._keyring = keyring
        self._standing = Coalescer(self.standings, bounds)
        self._detail = Coalescer(self._details, bounds)

    async def standing(self, key: ConsentKey) -> Standing | None:
        """What stands under one key; None where nothing is recorded."""
        return await self._standing.ask(key)

    async def detail(self, key: ConsentKey) -> Detail | None:
        """The record of one key with its receipt; None where nothing is recorded."""
        return await self._detail.ask(key)

    async def standings(self, keys: Sequence[ConsentKey]) -> list[Standing | None]:
        """What stands under many keys, in their order.

        Cost    one round trip, one look-up by primary key each
        """
        columns = key_columns(self._keyring.pseudonyms, keys)
        async with self._database.connection() as connection:
            rows = await store.current_states(connection, columns)
        found: list[Standing | None] = [None] * len(keys)
        for row in rows:
            found[row["ord"] - 1] = self._standing_of(row)
        return found

    async def may_use(
        self, keys: Sequence[ConsentKey], retailers: Sequence[RetailerCode]
    ) -> list[bool]:
        """Does each key's consent list that dealer? Takes as many dealers as keys."""
        columns = key_columns(self._keyring.pseudonyms, keys)
        sealed = [self._keyring.retailers.seal(code) for code in retailers]
        async with self._database.connection() as connection:
            rows = await store.retailer_grants(connection, columns, sealed)
        granted = {row["ord"] for row in rows}
        return [ord_ in granted for ord_ in range(1, len(keys) + 1)]

    async def _details(self, keys: Sequence[ConsentKey]) -> list[Detail | None]:
        columns = key_columns(self._keyring.pseudonyms, keys)
        async with self._database.connection() as connection:
            rows = await store.details(connection, columns)
        found: list[Detail | None] = [None] * len(keys)
        for row in rows:
            found[row["ord"] - 1] = self._detail_of(row)
        return found

    def _standing_of(self, row: Record) -> Standing:
        return Standing(
            status=STATUS[row["status"]],
            source=source_of(row["source"]),
            consented_at=row["consented_at"],
            recorded_at=row["recorded_at"],
            retailer_code=self._retailer_of(row["retailer_siv"]),
        )

    def _detail_of(self, row: Record) -> Detail:
        return Detail(
            status=STATUS[row["status"]],
            source=source_of(row["source"]),
            consented_at=row["consented_at"],
            first_recorded_at=row["first_recorded_at"],
            retailer_code=self._retailer_of(row["retailer_siv"]),
            retailer_count=row["retailer_count"],
            transaction_id=TransactionId(row["commitment"].hex()),
        )

    def _retailer_of(self, sealed: bytes | None) -> RetailerCode | None:
        return None if sealed is None else self._keyring.retailers.open(sealed)
