"""The parties in memory: at most five seconds behind the database, or no answer at all."""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Iterable
from uuid import UUID

from izin.access.facts import BrandFacts
from izin.brand import lookup as brand_lookup
from izin.brand.model import Brand
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import UnavailableError
from izin.provider import lookup as provider_lookup
from izin.provider.model import Provider
from izin.storage.database import Connection, Database

AGE_S_MAX = 5.0
"""Older than this the copy answers nothing. Source: data 9."""

POLL_S = 1.0

_NOTHING_READ = -1


class Directory:
    """A versioned copy of all providers and brands; consents are never in it.

    Every change of a party takes the next version and marks its rows with it, so the copy asks for
    one number a second and reads only rows marked since. A deletion marks no row: it shows in the
    counts, and everything is then read anew.
    """

    def __init__(
        self,
        database: Database,
        brand_ref: Callable[[BrandCode], UUID],
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the pseudonym of a brand and a clock that never goes back; knows nothing yet."""
        self._database = database
        self._clock_s = clock_s
        self._brand_ref = brand_ref
        self._copy = _Copy(brand_ref)
        self._version = _NOTHING_READ
        self._confirmed_s = -math.inf

    def provider(self, iys_code: IysCode) -> Provider | None:
        """Look a provider up. Raises UnavailableError when the copy is too old."""
        return self._young_copy().providers.get(iys_code)

    def brand(self, brand_code: BrandCode) -> BrandFacts | None:
        """Look a brand up, active or not. Raises UnavailableError when the copy is too old."""
        return self._young_copy().brands.get(brand_code)

    def brands_of(self, iys_code: IysCode) -> tuple[BrandFacts, ...]:
        """List a provider's brands, the master first, then by code. Raises UnavailableError."""
        brands = self._young_copy().brands_by_provider.get(iys_code, {}).values()
        return tuple(sorted(brands, key=lambda each: (not each.is_master, each.brand_code)))

    def age_s(self) -> float:
        """Since when the copy may be behind; infinite before the first reading."""
        return self._clock_s() - self._confirmed_s

    async def run(self, *, poll_s: float = POLL_S) -> None:
        """Keep the copy young until cancelled.

        Passing trouble only lets the copy age: once too old, it answers nothing.
        """
        while True:
            with contextlib.suppress(UnavailableError):
                await self.refresh()
            await asyncio.sleep(poll_s)

    async def refresh(self) -> None:
        """See whether the parties changed, and read what did.

        Raises  UnavailableError: the copy stays as it was, and ages
        Cost    one round trip when nothing changed, four when something did
        """
        asked_s = self._clock_s()
        async with self._database.connection() as connection:
            if await provider_lookup.version_of_parties(connection) != self._version:
                await self._catch_up(connection)
        self._confirmed_s = asked_s

    async def _catch_up(self, connection: Connection) -> None:
        # The counts are read before the rows: what changes in between has a later version, so the
        # next poll comes here again.
        head = await provider_lookup.head(connection)
        counts = (head.provider_count, head.brand_count)
        if head.version > self._version > _NOTHING_READ:
            self._copy.take(*await _changed_rows(connection, self._version))
        if self._copy.counts() != counts or head.version < self._version:
            anew = _Copy(self._brand_ref)
            anew.take(*await _changed_rows(connection, _NOTHING_READ))
            self._copy = anew
        self._version = head.version

    def _young_copy(self) -> "_Copy":
        age_s = self.age_s()
        if age_s > AGE_S_MAX:
            raise UnavailableError(f"the copy of the parties is {age_s:.0f} s old")
        return self._copy


class _Copy:
    """The rows by code; taken in between two awaits, so nobody sees half of a change."""

    def __init__(self, brand_ref: Callable[[BrandCode], UUID]) -> None:
        self._brand_ref = brand_ref
        self.providers: dict[IysCode, Provider] = {}
        self.brands: dict[BrandCode, BrandFacts] = {}
        self.brands_by_provider: dict[IysCode, dict[BrandCode, BrandFacts]] = {}

    def counts(self) -> tuple[int, int]:
        return len(self.providers), len(self.brands)

    def take(self, brands: Iterable[Brand], providers: Iterable[Provider]) -> None:
        self.providers.update((each.iys_code, each) for each in providers)
        for brand in brands:
            self._take_brand(brand)

    def _take_brand(self, brand: Brand) -> None:
        code = brand.brand_code
        known = self.brands.get(code)
        if known is not None:  # it may have moved to another provider
            del self.brands_by_provider[known.iys_code][code]
        facts = BrandFacts(
            brand_code=code,
            iys_code=brand.iys_code,
            name=brand.name,
            is_master=brand.is_master,
            is_active=brand.is_active,
            tagged_for=brand.tagged_for,
            brand_ref=self._brand_ref(code) if known is None else known.brand_ref,
        )
        self.brands[code] = facts
        self.brands_by_provider.setdefault(facts.iys_code, {})[code] = facts


async def _changed_rows(connection: Connection, since: int) -> tuple[list[Brand], list[Provider]]:
    # Brands first: the provider of a brand that is read is then never missing.
    brands = await brand_lookup.changed(connection, since)
    return brands, await provider_lookup.changed(connection, since)
