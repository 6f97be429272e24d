"""What a company owes for a year, and what a partner is owed: data, no payment. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from izin.core.clock import IYS_TIME
from izin.subscription.model import Family, MigrationJob, Package, Subscribed, SubscriptionState
from izin.subscription.tariff import Price, tariff_of


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One subscription's part of a year.

    from_day, until_day  the second exclusive, on Turkey's clock
    price                whole TL a year, "ask" where the registry makes an offer
    due_kurus            its share by days, to the nearest kuruş; None where the price is asked for
    """

    package: Package
    level: int
    name: str
    state: SubscriptionState
    from_day: date
    until_day: date
    days: int
    price: Price
    due_kurus: int | None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a company owes for a year.

    addresses  the most that it was seen with in the year · needed: the package that they fit in
    due_kurus  None where a line has no price
    """

    year: int
    days: int
    addresses: int
    needed: Package
    lines: tuple[Line, ...]
    due_kurus: int | None


def statement(subscribed: Sequence[Subscribed], year: int, addresses: int) -> Statement:
    """Make a company's statement of a year, of the days that are written in it, later ones too.

    Takes   subscribed: all of the company's, by their beginning · addresses: the most in the year
    Source  the presentation, "Ücretlendirme"; decision 0047: a package is paid by its days
    """
    first, last = date(year, 1, 1), date(year + 1, 1, 1)
    lines = [line for each in subscribed for line in _lines(each, first, last)]
    dues = [line.due_kurus for line in lines]
    return Statement(
        year=year,
        days=(last - first).days,
        addresses=addresses,
        needed=tariff_of(year).package_for(addresses),
        lines=tuple(lines),
        due_kurus=None if None in dues else sum(due for due in dues if due is not None),
    )


def _lines(each: Subscribed, first: date, last: date) -> list[Line]:
    from_day, until_day = max(_day(each.starts_at), first), min(_day(each.ends_at), last)
    price = tariff_of(first.year).price(each.package, each.level)
    if from_day >= until_day or price is None or each.package.family is Family.PARTNER:
        return []
    days, of = (until_day - from_day).days, (last - first).days
    return [
        Line(
            package=each.package,
            level=each.level,
            name=each.name,
            state=each.state,
            from_day=from_day,
            until_day=until_day,
            days=days,
            price=price,
            due_kurus=(price * 100 * days * 2 + of) // (2 * of) if isinstance(price, int) else None,
        )
    ]


def jobs_of_year(jobs: Sequence[MigrationJob], year: int) -> list[MigrationJob]:
    """Give the jobs that end in a year: that is when they are settled."""
    return [job for job in jobs if _day(job.ends_at - timedelta(microseconds=1)).year == year]


def _day(instant: datetime) -> date:
    return instant.astimezone(IYS_TIME).date()
