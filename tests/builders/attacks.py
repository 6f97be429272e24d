"""How a thief of both views would match their rows; each attack answers with what it gains.

What a thief cannot tell apart he draws lots for, so an attack's gain is an expectation, worked out
exactly: no attack is scored by luck.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, groupby
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

BRAND_ROWS, BRAND_SHARE = 3, 0.02
"""A brand is found where so many of its rows, and this share of them, are matched."""

_PROVIDER = """
    select c.*, c.ctid::text as ctid, c.xmin::text::bigint as xmin, last.idx, last.size,
        last.first_idx
    from provider_consent as c
    join (
        select e.brand_ref, e.channel, e.recipient_type, e.tag, max(n.idx) as idx,
            min(n.idx) as first_idx, max(octet_length(e.body_sealed)) as size
        from consent_event as e join entry as n using (event_id) group by 1, 2, 3, 4
    ) as last using (brand_ref, channel, recipient_type, tag)
"""
_CITIZEN = "select c.*, c.ctid::text as ctid, c.xmin::text::bigint as xmin from citizen_consent c"

Row = Mapping[str, Any]


class Stolen(msgspec.Struct, frozen=True):
    """Both dumps, row by row, and the truth for the score: row i is in truth row `pair[i]`."""

    provider: Sequence[Row]
    citizen: Sequence[Row]
    pair: Sequence[int]


class Gain(msgspec.Struct, frozen=True):
    """What an attack matches rightly, in rows as expected, and which brands it finds."""

    rows: float
    share: float
    brands: int


Chances = Callable[[Stolen], list[float]]
"""For each row of the company's side: how likely is its true fellow named?"""

Places = Callable[[Stolen], tuple[list[int], list[int]]]
"""At what time of the registry's life each row of both sides was written, as the thief sees it."""


class Attack(msgspec.Struct, frozen=True):
    """A way to match, or several of one kind, of which the best counts."""

    name: str
    ways: Callable[[Stolen], Iterable[Chances]]

    def gain(self, stolen: Stolen) -> Gain:
        """What the best of its ways brings."""
        gains = [_gain(stolen, way(stolen)) for way in self.ways(stolen)]
        most = max(gains, key=lambda gain: gain.rows)
        return msgspec.structs.replace(most, brands=max(gain.brands for gain in gains))


def _gain(stolen: Stolen, chances: list[float]) -> Gain:
    of_brand: dict[UUID, list[float]] = defaultdict(list)
    for row, chance in zip(stolen.provider, chances, strict=True):
        of_brand[row["brand_ref"]].append(chance)
    found = [
        each for each in of_brand.values() if sum(each) >= max(BRAND_ROWS, BRAND_SHARE * len(each))
    ]
    return Gain(sum(chances), sum(chances) / len(chances), len(found))


async def steal(
    owner: asyncpg.Connection, slot_of: Mapping[tuple[UUID, str, str, UUID], UUID]
) -> Stolen:
    """Read both sides in the order of their pages, as a dump does."""
    provider = list(await owner.fetch(_PROVIDER))
    citizen = list(await owner.fetch(_CITIZEN))
    places = {row["slot"]: place for place, row in enumerate(citizen)}
    assert len(places) == len(citizen) == len(provider)
    pair = [
        places[slot_of[row["brand_ref"], row["channel"], row["recipient_type"], row["tag"]]]
        for row in provider
    ]
    return Stolen(provider, citizen, pair)


def by_class(
    of_provider: Callable[[Stolen], Iterable[Hashable]],
    of_citizen: Callable[[Stolen], Iterable[Hashable]],
) -> Chances:
    """Match rows whose sign is the same on both sides."""

    def chances(stolen: Stolen) -> list[float]:
        ours, theirs = list(of_provider(stolen)), list(of_citizen(stolen))
        our_sizes, their_sizes = Counter(ours), Counter(theirs)
        return [
            1 / max(our_sizes[sign], their_sizes[sign]) if sign == theirs[fellow] else 0.0
            for sign, fellow in zip(ours, stolen.pair, strict=True)
        ]

    return chances


def by_rank(of_provider: Callable[[Row], Any], of_citizen: Callable[[Row], Any]) -> Chances:
    """Sort both sides and match place by place; equals stand in any order."""

    def chances(stolen: Stolen) -> list[float]:
        ours = _blocks([of_provider(row) for row in stolen.provider])
        theirs = _blocks([of_citizen(row) for row in stolen.citizen])
        return [
            _meeting(block, theirs[fellow]) for block, fellow in zip(ours, stolen.pair, strict=True)
        ]

    return chances


def _blocks(values: list[Any]) -> list[tuple[int, int]]:
    """The places, from and to, among which each value may stand when all are sorted."""
    order = sorted(range(len(values)), key=values.__getitem__)
    blocks = [(0, 0)] * len(values)
    start = 0
    for _, equals in groupby(order, key=values.__getitem__):
        members = list(equals)
        for member in members:
            blocks[member] = (start, start + len(members))
        start += len(members)
    return blocks


def _meeting(one: tuple[int, int], other: tuple[int, int]) -> float:
    common = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return common / ((one[1] - one[0]) * (other[1] - other[0]))


def page(row: Row) -> tuple[int, int]:
    """Where a row lies."""
    block, offset = row["ctid"].strip("()").split(",")
    return int(block), int(offset)


def groups(side: str, *by: tuple[str, ...]) -> Callable[[Stolen], Iterable[Hashable]]:
    """How many rows share a row's values, for each of these groups of columns."""

    def signs(stolen: Stolen) -> Iterable[Hashable]:
        rows = getattr(stolen, side)
        shared = [[tuple(row[name] for name in names) for row in rows] for names in by]
        sizes = [Counter(values) for values in shared]
        return [
            tuple(size[value] for size, value in zip(sizes, values, strict=True))
            for values in zip(*shared, strict=True)
        ]

    return signs


def columns(side: str, *names: str) -> Callable[[Stolen], Iterable[Hashable]]:
    """What stands in these columns of a row."""

    def signs(stolen: Stolen) -> Iterable[Hashable]:
        rows = getattr(stolen, side)
        if len(names) == 1:
            return [row[names[0]] for row in rows]
        return [tuple(row[name] for name in names) for row in rows]

    return signs


def transactions(stolen: Stolen) -> tuple[list[int], list[int]]:
    """Which write of the projector made each row, told from transactions and numbers.

    A row of the citizens' view carries the transaction that wrote it last, and the company's rows
    have the numbers of their last movements: both in the same order, so the sizes say the borders.
    """
    sizes = sorted(Counter(row["xmin"] for row in stolen.citizen).items())
    rank = {xmin: place for place, (xmin, _) in enumerate(sizes)}
    borders = list(accumulate(size for _, size in sizes))
    ours = [0] * len(stolen.provider)
    batch = 0
    by_number = sorted(range(len(ours)), key=lambda at: stolen.provider[at]["idx"])
    for position, at in enumerate(by_number):
        while position >= borders[batch]:
            batch += 1
        ours[at] = batch
    return ours, [rank[row["xmin"]] for row in stolen.citizen]


def stretches(number: str, rows: int) -> Places:
    """Which part of the file each row lies in, if the file was written in the order of numbers."""

    def places(stolen: Stolen) -> tuple[list[int], list[int]]:
        ours = _ranks([row[number] for row in stolen.provider])
        theirs = _ranks([page(row) for row in stolen.citizen])
        return [rank // rows for rank in ours], [rank // rows for rank in theirs]

    return places


def _ranks(values: list[Any]) -> list[int]:
    ranks = [0] * len(values)
    for rank, at in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        ranks[at] = rank
    return ranks


def by_place(places: Places, near: int) -> Chances:
    """Match rows written at the same time, give or take `near`."""

    def chances(stolen: Stolen) -> list[float]:
        ours, theirs = places(stolen)
        found = _near(Counter(theirs), near)
        return [
            1 / found[time] if abs(theirs[fellow] - time) <= near else 0.0
            for time, fellow in zip(ours, stolen.pair, strict=True)
        ]

    return chances


def by_places_of_persons(places: Places, near: int) -> Chances:
    """Match persons by all the times at which their rows were written, then their rows by time.

    Whoever is the only citizen with rows at all the times of a company's person is found.
    """

    def chances(stolen: Stolen) -> list[float]:
        ours, theirs = places(stolen)
        alike = _persons_alike(stolen, ours, theirs, near)
        rows_of = _times(stolen.citizen, theirs)
        found = []
        for row, time, fellow in zip(stolen.provider, ours, stolen.pair, strict=True):
            tag = stolen.citizen[fellow]["tag"]
            is_among = tag in alike[row["tag"]] and abs(theirs[fellow] - time) <= near
            rows = sum(rows_of[tag][at] for at in range(time - near, time + near + 1))
            found.append(1 / len(alike[row["tag"]]) / rows if is_among else 0.0)
        return found

    return chances


def _persons_alike(
    stolen: Stolen, ours: list[int], theirs: list[int], near: int
) -> dict[UUID, set[UUID]]:
    """For each of the companies' persons: the citizens with rows at all of those times."""
    at_time: dict[int, set[UUID]] = defaultdict(set)
    for tag, times in _times(stolen.citizen, theirs).items():
        for shown in {at for time in times for at in range(time - near, time + near + 1)}:
            at_time[shown].add(tag)
    common: dict[frozenset[int], set[UUID]] = {}
    alike: dict[UUID, set[UUID]] = {}
    for tag, times in _times(stolen.provider, ours).items():
        known = frozenset(times)
        if known not in common:
            common[known] = _common([at_time[time] for time in known])
        alike[tag] = common[known]
    return alike


def _times(rows: Sequence[Row], times: list[int]) -> dict[UUID, Counter[int]]:
    """How many rows each person has at each time."""
    found: dict[UUID, Counter[int]] = defaultdict(Counter)
    for row, time in zip(rows, times, strict=True):
        found[row["tag"]][time] += 1
    return found


def _near(counts: Counter[int], near: int) -> dict[int, int]:
    around = {at for time in counts for at in range(time - near, time + near + 1)}
    return {at: sum(counts[t] for t in range(at - near, at + near + 1)) for at in around}


def _common(sets: list[set[UUID]]) -> set[UUID]:
    return set.intersection(*sorted(sets, key=len))


def shared_values(stolen: Stolen) -> list[float]:
    """Match rows that share a value: an identifier, a moment, a part of what is sealed."""
    holders: dict[object, set[int]] = defaultdict(set)
    for place, row in enumerate(stolen.citizen):
        for value in _telling(row):
            holders[value].add(place)
    chances = []
    for row, fellow in zip(stolen.provider, stolen.pair, strict=True):
        sharing = [holders[value] for value in _telling(row) if value in holders]
        best = min((each for each in sharing if fellow in each), key=len, default=())
        chances.append(1 / len(best) if best else 0.0)
    return chances


def _telling(row: Row) -> set[object]:
    telling: set[object] = set()
    for value in row.values():
        if isinstance(value, bytes):  # whole, its nonce, and what proves it
            telling |= {value, value[6:18], value[-16:]}
        elif isinstance(value, UUID | datetime):
            telling.add(value)
    return telling


def _pairs_of_columns(stolen: Stolen) -> Iterable[Chances]:
    ours, theirs = columns_of(stolen.provider), columns_of(stolen.citizen)
    both = tuple(name for name in theirs if name in ours and name not in _OF_THE_FILE)
    yield by_class(columns("provider", *both), columns("citizen", *both))
    for our in ours:
        for their in theirs:
            if our not in _OF_THE_FILE and their not in _OF_THE_FILE:
                yield by_class(columns("provider", our), columns("citizen", their))


def _counts(stolen: Stolen) -> Iterable[Chances]:
    """How many rows a brand has, a person has, and a person has with a brand."""
    ours = groups("provider", ("brand_ref",), ("tag",), ("brand_ref", "tag"))
    yield by_class(groups("provider", ("tag",)), groups("citizen", ("tag",)))
    for name in _groupable(stolen):
        yield by_class(ours, groups("citizen", (name,), ("tag",), (name, "tag")))
    yield by_class(
        groups("provider", ("bucket",), ("bucket", "tag")),
        groups("citizen", ("bucket",), ("bucket", "tag")),
    )


def brands_by_counting(stolen: Stolen) -> int:
    """How many brands are found, because one group of citizens' rows has as many rows as they?

    Rows are grouped by every clear column in turn; a group is a brand's if most of its rows are.
    """
    brand_sizes = Counter(row["brand_ref"] for row in stolen.provider)
    singular = {size: brand for brand, size in brand_sizes.items() if _is_only(brand_sizes, size)}
    brand_at = {
        fellow: row["brand_ref"] for row, fellow in zip(stolen.provider, stolen.pair, strict=True)
    }
    found: set[UUID] = set()
    for name in _groupable(stolen):
        members: dict[object, list[int]] = defaultdict(list)
        for place, row in enumerate(stolen.citizen):
            members[row[name]].append(place)
        for places in members.values():
            guess = singular.get(len(places))
            if guess and 2 * sum(brand_at[place] == guess for place in places) > len(places):
                found.add(guess)
    return len(found)


def _is_only(sizes: Counter[UUID], size: int) -> bool:
    return list(sizes.values()).count(size) == 1


def columns_of(rows: Sequence[Row]) -> list[str]:
    """The columns of a dump."""
    return [name for name, _ in rows[0].items()]  # a record of the database yields its values


def _groupable(stolen: Stolen) -> list[str]:
    return [name for name in columns_of(stolen.citizen) if name not in ("ctid", "sealed", "slot")]


_OF_THE_FILE = ("ctid", "xmin", "idx", "first_idx", "size")
_TIMES = ("idx", "first_idx")
_STRETCHES = (300, 2000)


def _sealed_size(row: Row) -> int:
    return len(row["sealed"])


def _in_order(_: Stolen) -> Iterable[Chances]:
    yield by_rank(page, page)
    for time in _TIMES:
        yield by_rank(lambda row, n=time: row[n], page)


def _in_stretches(_: Stolen) -> Iterable[Chances]:
    for rows in _STRETCHES:
        for near in (0, 1):
            yield by_place(stretches("idx", rows), near)
            yield by_places_of_persons(stretches("idx", rows), near)


ATTACKS = (
    Attack("shared values", lambda _: [shared_values]),
    Attack("clear columns", _pairs_of_columns),
    Attack("counts", _counts),
    Attack(
        "sizes",
        lambda _: [
            by_rank(lambda row: row["size"], _sealed_size),
            by_rank(lambda row: len(row["recipient_sealed"]), _sealed_size),
        ],
    ),
    Attack("order in the file", _in_order),
    Attack("place in the file", _in_stretches),
    Attack(
        "transactions",
        lambda _: [by_place(transactions, 0), by_places_of_persons(transactions, 0)],
    ),
)
