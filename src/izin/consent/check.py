"""The hot path: what stands under a key, one at a time or a thousand at once. No cache, no lock."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import TypeVar

import msgspec
from asyncpg import Record

from izin.consent import store
from izin.consent.coalesce import Bounds, Coalescer
from izin.consent.model import ConsentKey, Standing
from izin.consent.nearest import LookUp, Nearest
from izin.consent.source import source_of
from izin.consent.stored import STATUS, key_columns, standing_of
from izin.core.codes import RetailerCode, TransactionId
from izin.core.terms import Source, Status
from izin.keyring import Keyring
from izin.storage.database import Connection, Database

T = TypeVar("T")
A = TypeVar("A")


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

    def __init__(
        self, database: Database, keyring: Keyring, bounds: Bounds, nearest: Nearest | None = None
    ) -> None:
        """Take the bounds of the waiting single questions, and who else may answer."""
        self._database = database
        self._nearest = nearest
        self._keyring = keyring
        self._standing = Coalescer(self.standings, bounds)
        self._detail = Coalescer(self.details, bounds)

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
        return await self._answers(keys, self._standings, _itself)

    async def details(self, keys: Sequence[ConsentKey]) -> list[Detail | None]:
        """The records of many keys with their receipts, in their order."""
        return await self._answers(keys, self._details, _itself)

    async def may_use(
        self, keys: Sequence[ConsentKey], retailers: Sequence[RetailerCode]
    ) -> list[bool]:
        """Does each key's consent list that dealer? Takes as many dealers as keys."""
        pairs = list(zip(keys, retailers, strict=True))
        return await self._answers(pairs, self._may_use, itemgetter(0))

    async def _answers(
        self,
        items: Sequence[T],
        look_up: LookUp[T, A],
        key_of: Callable[[T], ConsentKey],
    ) -> list[A]:
        if self._nearest is not None:
            return await self._nearest.answers(items, look_up, key_of)
        async with self._database.connection() as connection:
            return await look_up(connection, items)

    async def _standings(
        self, connection: Connection, keys: Sequence[ConsentKey]
    ) -> list[Standing | None]:
        columns = key_columns(self._keyring.pseudonyms, keys)
        found: list[Standing | None] = [None] * len(keys)
        for row in await store.current_states(connection, columns):
            found[row["ord"] - 1] = standing_of(row, self._keyring.retailers)
        return found

    async def _may_use(
        self, connection: Connection, pairs: Sequence[tuple[ConsentKey, RetailerCode]]
    ) -> list[bool]:
        columns = key_columns(self._keyring.pseudonyms, [key for key, _ in pairs])
        sealed = [self._keyring.retailers.seal(code) for _, code in pairs]
        granted = {row["ord"] for row in await store.retailer_grants(connection, columns, sealed)}
        return [ord_ in granted for ord_ in range(1, len(pairs) + 1)]

    async def _details(
        self, connection: Connection, keys: Sequence[ConsentKey]
    ) -> list[Detail | None]:
        columns = key_columns(self._keyring.pseudonyms, keys)
        found: list[Detail | None] = [None] * len(keys)
        for row in await store.details(connection, columns):
            found[row["ord"] - 1] = self._detail_of(row)
        return found

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


def _itself(key: ConsentKey) -> ConsentKey:
    return key
