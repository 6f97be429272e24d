"""Which package how many addresses need, what it opens, and what it costs: data of each year."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from izin.subscription.model import Family, Module, Package

WARNED_AT = (80, 95, 100)
"""Shares of the limit, in percent, at which a company is told. Source: rules 5."""

LEVEL_MAX = 2

Price = int | Literal["ask"]


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One package: up to how many addresses, None where it has no bound; a price for each level."""

    package: Package
    level_prices: tuple[Price, ...]
    address_count_max: int | None = None


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the levels of a family open; each opens what those below it do."""

    family: Family
    modules: tuple[tuple[Module, ...], ...]


class Tariff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Packages and prices from a year on; tiers by rising count."""

    from_year: int
    tiers: tuple[Tier, ...]
    contents: tuple[Contents, ...]

    def tier(self, package: Package) -> Tier | None:
        """The tier of a package; None of one that companies do not subscribe to."""
        return next((each for each in self.tiers if each.package is package), None)

    def package_for(self, address_count: int) -> Package:
        """The smallest İLETİ package that so many addresses fit in.

        Source  the presentation, "Adres Sayısı"
        """
        for each in self.tiers:
            most = each.address_count_max
            if most is not None and address_count <= most:
                return each.package
        return Package.ILETI_PLUS

    def modules(self, package: Package, level: int) -> frozenset[Module]:
        """What a package opens at a level."""
        for each in self.contents:
            if each.family is package.family:
                return frozenset(module for some in each.modules[: level + 1] for module in some)
        return frozenset()

    def price(self, package: Package, level: int) -> Price | None:
        """What a level costs a year in whole TL; None where there is no such level."""
        tier = self.tier(package)
        if tier is None or not 0 <= level < len(tier.level_prices):
            return None
        return tier.level_prices[level]

    def limit(self, package: Package) -> int:
        """Up to how many addresses it is for; İLETİ+ is for those that are past all others."""
        tier = self.tier(package)
        if tier is not None and tier.address_count_max is not None:
            return tier.address_count_max
        if package is not Package.ILETI_PLUS:
            return 0
        return max(each.address_count_max or 0 for each in self.tiers) + 1


class _Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    years: tuple[Tariff, ...]


def tariff_of(year: int) -> Tariff:
    """The tariff of a year: the last that holds from then or before, the first for older ones."""
    known = tariffs()
    return next((each for each in reversed(known) if each.from_year <= year), known[0])


@cache
def tariffs() -> Sequence[Tariff]:
    """Every year's tariff, in order."""
    text = files(__package__).joinpath("tariff.toml").read_text("utf-8")
    book = msgspec.convert(tomllib.loads(text), _Book)
    return sorted(book.years, key=lambda each: each.from_year)


def may_exceed(package: Package) -> bool:
    """May a new ONAY come past its limit? Source: decision 0047."""
    return package.family is not Family.ILETI


def share_used(address_count: int, limit: int) -> int:
    """How much of a limit is used, in whole percent, cut off; 0 where there is no limit."""
    return address_count * 100 // limit if limit > 0 else 0


def warnings(address_count: int, limit: int) -> tuple[int, ...]:
    """Which of the shares at which a company is told are reached."""
    used = share_used(address_count, limit)
    return tuple(each for each in WARNED_AT if used >= each)
