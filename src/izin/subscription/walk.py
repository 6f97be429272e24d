"""Brands that were there before the count, or that moved, are gone through a bite at a time."""

from collections import defaultdict
from uuid import UUID

from asyncpg import Record

from izin.brand import lookup as brand_lookup
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.provider.lookup import version_of_parties
from izin.storage.database import Connection, Database
from izin.subscription import count, store
from izin.subscription.pools import Pools, pools, record_of

WALKED_ROWS = 1000


class Walker:
    """Sees that each brand is counted for the company whose it is."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        """Take the keeper's database; every brand is looked at once after a start."""
        self._database = database
        self._pseudonyms = keyring.pseudonyms
        self._known: dict[UUID, Pools] = {}
        self._version = -1

    async def walk(self) -> int:
        """Go through all that is open.

        Gives   how many records were
        Raises  UnavailableError: what is done stays done
        Cost    a transaction of seven statements for every WALKED_ROWS records
        """
        # what a move has left behind first: of an older move nothing would be known
        walked = await self._walk_open()
        await self._settle()
        return walked + await self._walk_open()

    async def _settle(self) -> None:
        """Count each brand for its company from now on."""
        async with self._database.connection() as connection:
            version = await version_of_parties(connection)
            if version == self._version:
                return
            brands = await brand_lookup.changed(connection, -1)
            wanted = {
                self._pseudonyms.brand_ref(each.brand_code): pools(
                    self._pseudonyms, each.iys_code, each.tagged_for or each.iys_code
                )
                for each in brands
                if not each.is_test
            }
            if wanted == self._known:
                self._version = version
                return
            async with connection.transaction():
                await count.hold(connection)
                found = await count.pools_of_brands(connection, wanted)
                for brand_ref, its in wanted.items():
                    if found[brand_ref] != its:
                        await store.move_counted(connection, brand_ref, its)
            self._known, self._version = wanted, version

    async def _walk_open(self) -> int:
        walked = 0
        async with self._database.connection() as connection:
            while True:
                async with connection.transaction():
                    await count.hold(connection)
                    brand = await store.open_brand(connection)
                    if brand is None:
                        return walked
                    walked += await _bite(connection, brand)


async def _bite(connection: Connection, brand: Record) -> int:
    records = await store.brand_records(connection, brand, WALKED_ROWS)
    await count.become(connection, _becoming(brand, records))
    if len(records) == WALKED_ROWS:
        await store.advance_brand(connection, brand["brand_ref"], records[-1])
    else:
        await store.finish_brand(connection, brand["brand_ref"])
    return len(records)


def _becoming(brand: Record, records: list[Record]) -> count.Becoming:
    """Put each record where its brand is counted, and take it from where it was."""
    into = Pools(brand["phone_pool"], brand["email_pool"])
    left = None
    if brand["left_phone_pool"] is not None:
        left = Pools(brand["left_phone_pool"], brand["left_email_pool"])
    becoming: defaultdict[count.Place, dict[bytes, bool]] = defaultdict(dict)
    for row in records:
        name = record_of(brand["brand_ref"], row["channel"], row["recipient_type"])
        if left is not None:
            place = count.Place(row["tag"], left.of(row["channel"]), row["bucket"])
            becoming[place][name] = False
        place = count.Place(row["tag"], into.of(row["channel"]), row["bucket"])
        becoming[place][name] = row["status"] == Status.ONAY
    return becoming
