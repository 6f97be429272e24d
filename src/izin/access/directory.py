"""The parties in memory: at most five seconds behind the database, or no answer at all."""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from izin.access import store
from izin.access.facts import BrandFacts
from izin.brand import lookup as brand_lookup
from izin.brand.model import Brand
from izin.core.codes import BrandCode, IntermediaryCode, IysCode, PartnerCode
from izin.core.errors import UnavailableError
from izin.intermediary import lookup as intermediary_lookup
from izin.intermediary.model import Intermediary
from izin.partner import lookup as partner_lookup
from izin.partner.model import Mandate, Partner
from izin.provider import lookup as provider_lookup
from izin.provider.model import Provider, ProviderState
from izin.storage.database import Connection, Database
from izin.subscription import lookup as subscription_lookup
from izin.subscription.model import Subscribed

AGE_S_MAX = 5.0
"""Older than this the copy answers nothing. Source: data 9."""

POLL_S = 1.0

_NOTHING_READ = store.Versions(-1, -1)


class Directory:
    """A versioned copy of all parties and mandates; consents are never in it.

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
        self._versions = _NOTHING_READ
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

    def partner(self, code: PartnerCode) -> Partner | None:
        """Look a partner up. Raises UnavailableError when the copy is too old."""
        return self._young_copy().partners.get(code)

    def intermediary(self, code: IntermediaryCode) -> Intermediary | None:
        """Look a carrier up. Raises UnavailableError when the copy is too old."""
        return self._young_copy().intermediaries.get(code)

    def provider_by_tin(self, tin_tag: UUID) -> Provider | None:
        """Look up who pays taxes under a number, by its tag. Raises UnavailableError."""
        copy = self._young_copy()
        iys_code = copy.by_tin.get(tin_tag)
        return None if iys_code is None else copy.providers.get(iys_code)

    def subscribed(self, iys_code: IysCode) -> tuple[Subscribed, ...]:
        """Give what a company has subscribed to, ever. Raises UnavailableError."""
        return tuple(self._young_copy().of_companies.get(iys_code, {}).values())

    def subscribed_partner(self, code: PartnerCode) -> tuple[Subscribed, ...]:
        """Give what a partner has subscribed to, ever. Raises UnavailableError."""
        return tuple(self._young_copy().of_partners.get(code, {}).values())

    def mandates(self, partner_code: PartnerCode, brand_code: BrandCode) -> tuple[Mandate, ...]:
        """Give a partner's mandates about a brand, none taken back, all of its company's.

        Raises  UnavailableError
        """
        copy = self._young_copy()
        brand = copy.brands.get(brand_code)
        found = copy.mandates.get(partner_code, {}).get(brand_code, {}).values()
        # rows are read one table after the other: a brand may have moved in between
        return tuple(
            each for each in found if brand is not None and each.iys_code == brand.iys_code
        )

    def brands_with_mandates(self, partner_code: PartnerCode) -> tuple[BrandCode, ...]:
        """About which brands a partner has mandates, in order. Raises UnavailableError."""
        return tuple(sorted(self._young_copy().mandates.get(partner_code, {})))

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
        Cost    one round trip when nothing changed, eight when something did
        """
        asked_s = self._clock_s()
        async with self._database.connection() as connection:
            versions = await store.versions(connection)
            if versions != self._versions:
                await self._catch_up(connection, versions)
        self._confirmed_s = asked_s

    async def _catch_up(self, connection: Connection, now: store.Versions) -> None:
        # The counts are read before the rows: what changes in between has a later version, so the
        # next poll comes here again.
        head = await provider_lookup.head(connection)
        counts = (head.provider_count, head.brand_count)
        known = self._versions
        was_restored = now.parties < known.parties or now.mandates < known.mandates
        begins_anew = known == _NOTHING_READ or was_restored
        if not begins_anew:
            self._copy.take(await _changed_rows(connection, known))
        if begins_anew or self._copy.counts() != counts:
            anew = _Copy(self._brand_ref)
            anew.take(await _changed_rows(connection, _NOTHING_READ))
            self._copy = anew
        self._versions = now

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
        self.by_tin: dict[UUID, IysCode] = {}
        self.partners: dict[PartnerCode, Partner] = {}
        self.intermediaries: dict[IntermediaryCode, Intermediary] = {}
        self.mandates: dict[PartnerCode, dict[BrandCode, dict[UUID, Mandate]]] = {}

        self.of_companies: dict[IysCode, dict[UUID, Subscribed]] = {}
        self.of_partners: dict[PartnerCode, dict[UUID, Subscribed]] = {}

    def counts(self) -> tuple[int, int]:
        return len(self.providers), len(self.brands)

    def take(self, rows: "_Rows") -> None:
        for provider in rows.providers:
            self._take_provider(provider)
        self.intermediaries.update((each.intermediary_code, each) for each in rows.carriers)
        for brand in rows.brands:
            self._take_brand(brand)
        self.partners.update((each.partner_code, each) for each in rows.partners)
        for mandate in rows.mandates:
            self._take_mandate(mandate)
        for each in rows.subscriptions:
            self._take_subscription(each)

    def _take_provider(self, provider: Provider) -> None:
        code, tag = provider.iys_code, provider.tin_tag
        known = self.providers.get(code)
        self.providers[code] = provider
        before = None if known is None else known.tin_tag
        if before is not None and self.by_tin.get(before) == code:  # else it is another's by now
            del self.by_tin[before]
        if tag is not None and provider.state is not ProviderState.CLOSED:
            self.by_tin[tag] = code

    def _take_subscription(self, each: Subscribed) -> None:
        if each.iys_code is not None:
            self.of_companies.setdefault(each.iys_code, {})[each.subscription_id] = each
        if each.partner_code is not None:
            self.of_partners.setdefault(each.partner_code, {})[each.subscription_id] = each

    def _take_mandate(self, mandate: Mandate) -> None:
        of_partner = self.mandates.setdefault(mandate.partner_code, {})
        of_brand = of_partner.setdefault(mandate.brand_code, {})
        if mandate.revoked_at is None:
            of_brand[mandate.mandate_id] = mandate
        else:
            of_brand.pop(mandate.mandate_id, None)
        if not of_brand:
            del of_partner[mandate.brand_code]

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
            is_test=brand.is_test,
            brand_ref=self._brand_ref(code) if known is None else known.brand_ref,
        )
        self.brands[code] = facts
        self.brands_by_provider.setdefault(facts.iys_code, {})[code] = facts


class _Rows(NamedTuple):
    """What changed."""

    brands: list[Brand]
    providers: list[Provider]
    partners: list[Partner]
    mandates: list[Mandate]
    carriers: list[Intermediary]
    subscriptions: list[Subscribed]


async def _changed_rows(connection: Connection, since: store.Versions) -> _Rows:
    # In this order: whom a row that is read names is then never missing.
    subscriptions = await subscription_lookup.changed(connection, since.parties)
    mandates = await partner_lookup.mandates_changed(connection, since.mandates)
    partners = await partner_lookup.changed(connection, since.parties)
    brands = await brand_lookup.changed(connection, since.parties)
    providers = await provider_lookup.changed(connection, since.parties)
    carriers = await intermediary_lookup.changed(connection, since.parties)
    return _Rows(brands, providers, partners, mandates, carriers, subscriptions)
