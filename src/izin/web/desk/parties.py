"""Companies and brands in memory, so that people find them by any part of a name."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from izin.brand import lookup as brands
from izin.brand.model import Brand
from izin.core.codes import BrandCode, IysCode
from izin.core.turkish import fold, sort_key
from izin.provider import lookup as providers
from izin.provider.model import Provider
from izin.storage.database import Database
from izin.subscription import lookup as subscriptions
from izin.subscription.manage import Holder
from izin.subscription.model import Subscribed, as_subscribed, standing

FOUND_MAX = 50


class Parties:
    """A copy that is brought up before each look: a search never misses what was just changed."""

    def __init__(self, database: Database) -> None:
        """Take where they are kept."""
        self._database = database
        self._version = -1
        self._companies: dict[IysCode, tuple[str, Provider]] = {}
        self._brands: dict[BrandCode, tuple[str, Brand]] = {}
        self._subscribed: defaultdict[Holder, dict[UUID, Subscribed]] = defaultdict(dict)
        self._lock = asyncio.Lock()

    async def refresh(self) -> int:
        """Bring the copy up; give its version.

        Raises  UnavailableError
        Cost    one round trip where nothing has changed
        """
        async with self._lock, self._database.connection() as connection:
            version = await providers.version_of_parties(connection)
            if version != self._version:
                for company in await providers.changed(connection, self._version):
                    self._companies[company.iys_code] = fold(company.title), company
                for brand in await brands.changed(connection, self._version):
                    self._brands[brand.brand_code] = fold(brand.name), brand
                for each in await subscriptions.changed(connection, self._version):
                    self._subscribed[_holder(each)][each.subscription_id] = each
                self._version = version
        return version

    @property
    def counts(self) -> tuple[int, int]:
        """How many companies and brands there are."""
        return len(self._companies), len(self._brands)

    def company(self, code: IysCode) -> Provider | None:
        """The company of a code."""
        found = self._companies.get(code)
        return None if found is None else found[1]

    def companies(self) -> list[Provider]:
        """Every company, by title."""
        return self._of(self._companies)

    def with_standing(self, company: Provider, now: datetime) -> Provider:
        """A company with the standing that its packages give it."""
        held = self.packages_of(Holder(iys_code=company.iys_code))
        return as_subscribed(company, tuple(held), now)

    def packages_of(self, of: Holder) -> list[Subscribed]:
        """What a party has or had, by its beginning."""
        return sorted(self._subscribed.get(of, {}).values(), key=lambda each: each.starts_at)

    def package_of(self, of: Holder, now: datetime) -> Subscribed | None:
        """The package that counts now; where none has begun, the first that is written down."""
        held = self.packages_of(of)
        return standing(tuple(held), now) or next(iter(held), None)

    def holders(self) -> list[Holder]:
        """Who has or had a package, in no order."""
        return list(self._subscribed)

    def brand(self, code: BrandCode) -> Brand | None:
        """The brand of a code."""
        found = self._brands.get(code)
        return None if found is None else found[1]

    def find(self, text: str) -> tuple[list[Provider], int]:
        """Companies whose title or code, or one of whose brands' names or codes, is like this.

        Gives   the first fifty by title, and how many there are
        Cost    a look at every name: 20 ms for a hundred thousand
        """
        key = fold(text)
        codes = {code for code, (name, _) in self._companies.items() if _is_like(key, name, code)}
        codes |= {
            brand.iys_code
            for code, (name, brand) in self._brands.items()
            if key and _is_like(key, name, code)
        }
        found = self._of(codes)
        return found[:FOUND_MAX], len(found)

    def _of(self, codes: Iterable[IysCode]) -> list[Provider]:
        found = [self._companies[code][1] for code in codes if code in self._companies]
        return sorted(found, key=lambda each: (sort_key(each.title), each.iys_code))


def _holder(each: Subscribed) -> Holder:
    return Holder(iys_code=each.iys_code, partner_code=each.partner_code)


def _is_like(key: str, name: str, code: int) -> bool:
    return key in name or (key.isdigit() and str(code).startswith(key))
