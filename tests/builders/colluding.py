"""How a brand that helps a thief would find its own customers in the citizens' view.

It knows its rows in clear: whose they are, when they came, what was said. The thief has both views.
A customer whose citizen's tag it names gives away that person's rows with all other brands. As in
`builders.attacks`, what cannot be told apart is drawn by lot, and the score is an expectation.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from builders import attacks
from builders.attacks import Gain, Row, Stolen

COLLUDED_MAX = 0.02
"""The promise: so much of the other rows of a brand's customers is found, at most."""

LARGE_ROWS = 200
"""A brand with so many rows is held to the promise by itself; all are together."""

LUCKY_CUSTOMERS = 3
"""So many it may name by chance, and one of them may have dozens of rows with others."""

Place = tuple[UUID, str, str, UUID]
Addresses = Mapping[Place, str]
Suspects = Callable[[int], set[UUID]]
"""For a row of the company's side: the citizens' tags whose it may be."""


class Collusion(msgspec.Struct, frozen=True):
    """A way to find customers, or several of one kind, of which the best counts."""

    name: str
    ways: Callable[[Stolen, Addresses], Iterable[Suspects]]

    def gain(self, stolen: Stolen, addresses: Addresses) -> Gain:
        """What each brand finds of its customers' rows with others, when each tries in turn."""
        gains = [_gain(stolen, way) for way in self.ways(stolen, addresses)]
        most = max(gains, key=lambda gain: gain.share)
        return msgspec.structs.replace(most, brands=max(gain.brands for gain in gains))


def place_of(row: Row) -> Place:
    """What tells one row of the companies' view from all others."""
    return row["brand_ref"], row["channel"], row["recipient_type"], row["tag"]


def digest(address: str) -> UUID:
    """What a tag without a key would be."""
    return UUID(bytes=hashlib.sha256(address.encode()).digest()[:16])


def _gain(stolen: Stolen, suspects: Suspects) -> Gain:
    rows_of = Counter(row["tag"] for row in stolen.citizen)
    found: dict[UUID, float] = defaultdict(float)
    named: Counter[UUID] = Counter()
    others: Counter[UUID] = Counter()
    own: Counter[UUID] = Counter()
    for (brand, _), places in _customers(stolen).items():
        tag = stolen.citizen[stolen.pair[places[0]]]["tag"]
        common = set.intersection(*(suspects(at) for at in places))
        elsewhere = rows_of[tag] - len(places)
        own[brand] += len(places)
        others[brand] += elsewhere
        if tag in common:
            found[brand] += elsewhere / len(common)
            named[brand] += 1
    large = [brand for brand in own if own[brand] >= LARGE_ROWS]
    over = [
        brand
        for brand in large
        if named[brand] > LUCKY_CUSTOMERS and found[brand] > COLLUDED_MAX * others[brand]
    ]
    rows = sum(found.values())
    return Gain(rows, rows / others.total(), len(over))


def _customers(stolen: Stolen) -> dict[tuple[UUID, UUID], list[int]]:
    customers: dict[tuple[UUID, UUID], list[int]] = defaultdict(list)
    for at, row in enumerate(stolen.provider):
        customers[row["brand_ref"], row["tag"]].append(at)
    return customers


def _known_in_clear(stolen: Stolen, addresses: Addresses) -> Iterable[Suspects]:
    """Look for what it knows, and for digests of it, among the values of citizens' rows."""
    holders: dict[object, set[UUID]] = defaultdict(set)
    for row in stolen.citizen:
        for value in _telling(row):
            holders[value].add(row["tag"])

    def suspects(at: int) -> set[UUID]:
        row = stolen.provider[at]
        address = addresses[place_of(row)]
        known = {address, digest(address), *_telling(row)}
        return min((holders[value] for value in known if value in holders), key=len, default=set())

    yield suspects


def _telling(row: Row) -> Iterable[object]:
    for name, value in row.items():
        if name != "ctid" and isinstance(value, str | bytes | UUID | datetime):
            yield value


def _by_transaction(stolen: Stolen, _: Addresses) -> Iterable[Suspects]:
    """Who has as many rows as its customer, at least, in the transaction that wrote them?"""
    ours, theirs = attacks.transactions(stolen)
    written: dict[int, Counter[UUID]] = defaultdict(Counter)
    for row, time in zip(stolen.citizen, theirs, strict=True):
        written[time][row["tag"]] += 1
    own = Counter(
        (row["brand_ref"], row["tag"], time)
        for row, time in zip(stolen.provider, ours, strict=True)
    )

    @cache
    def with_rows(time: int, rows: int) -> set[UUID]:
        return {tag for tag, found in written[time].items() if found >= rows}

    def suspects(at: int) -> set[UUID]:
        row = stolen.provider[at]
        return with_rows(ours[at], own[row["brand_ref"], row["tag"], ours[at]])

    yield suspects


def _by_order(stolen: Stolen, _: Addresses) -> Iterable[Suspects]:
    """Who has a row about where its own would lie, if rows lay in the order of numbers or dates?"""
    lying = [row["tag"] for row in sorted(stolen.citizen, key=attacks.page)]
    for name in ("idx", "first_idx", "consented_at", "recorded_at"):
        ranks = _ranks([row[name] for row in stolen.provider])
        for near in (3, 50):
            yield lambda at, r=ranks, n=near: set(lying[max(0, r[at] - n) : r[at] + n + 1])


def _ranks(values: Sequence[Any]) -> list[int]:
    ranks = [0] * len(values)
    never = datetime.max.replace(tzinfo=UTC)  # a citizen's refusal has no date of consent
    filled = [never if value is None else value for value in values]
    for rank, at in enumerate(sorted(range(len(filled)), key=filled.__getitem__)):
        ranks[at] = rank
    return ranks


def _by_counts(stolen: Stolen, _: Addresses) -> Iterable[Suspects]:
    """Who has as many rows as its customer, among as many rows as the brand has?"""
    brand_rows = Counter(row["brand_ref"] for row in stolen.provider)
    own = Counter((row["brand_ref"], row["tag"]) for row in stolen.provider)
    for signs in _columns(stolen):
        sizes = Counter(signs)
        groups = Counter(zip(signs, (row["tag"] for row in stolen.citizen), strict=True))
        alike: dict[tuple[int, int], set[UUID]] = defaultdict(set)
        for (sign, tag), rows in groups.items():
            alike[sizes[sign], rows].add(tag)

        def suspects(at: int, alike: Mapping[tuple[int, int], set[UUID]] = alike) -> set[UUID]:
            row = stolen.provider[at]
            brand, tag = row["brand_ref"], row["tag"]
            return alike.get((brand_rows[brand], own[brand, tag]), set())

        yield suspects


def _columns(stolen: Stolen) -> Iterable[list[Any]]:
    for name in attacks.columns_of(stolen.citizen):
        if name not in ("ctid", "sealed", "slot"):
            yield [row[name] for row in stolen.citizen]


COLLUSIONS = (
    Collusion("what is known in clear", _known_in_clear),
    Collusion("transactions", _by_transaction),
    Collusion("order of rows", _by_order),
    Collusion("counts", _by_counts),
)
