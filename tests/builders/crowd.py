"""A crowd as in life: few large brands and many small ones, people whom many brands know.

Everything follows from a seed. Loads of a whole brand and a trickle of single movements alternate,
and what was recorded is numbered and projected as a keeper would, in batches of very unlike sizes.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import msgspec
from builders.heart import Heart, email, phone

from izin.consent.event import Actor
from izin.consent.model import ConsentKey, Proposal
from izin.core.codes import BrandCode, IysCode, RetailerCode
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.ledger.sequence import Sequencer

LOAD_ROWS = 1000
TRICKLE_ROWS = (64, 300)
"""Rows that a load and a trickle bring before the citizens' view follows."""

_FIRST_BRAND = 600_001
_SOURCES = (Source.HS_WEB, Source.HS_MOBIL, Source.HS_FIZIKSEL_ORTAM, Source.HS_CAGRI_MERKEZI)
_DAYS = 900


class Stretch(msgspec.Struct, frozen=True):
    """Movements that come together, before the projector's next turn."""

    proposals: list[Proposal]
    actor: Actor


class Crowd:
    """Who consents to whom: `rows` consents of `brands` brands."""

    def __init__(self, rows: int, brands: int, *, seed: int = 1) -> None:
        self._rng = random.Random(seed)
        self._people = max(50, rows // 5)
        self._companies = self._companies_of(brands)
        self.keys = self._keys(rows, brands)

    def stretches(self) -> Iterator[Stretch]:
        """What happens, in order: loads and trickle mixed, then renewals and refusals."""
        rng = self._rng
        by_brand: dict[BrandCode, list[ConsentKey]] = {}
        for key in self.keys:
            by_brand.setdefault(key.brand_code, []).append(key)
        loaded, trickled = [], []
        for keys in by_brand.values():
            (loaded if rng.random() < 0.5 else trickled).append(keys)
        single = [key for keys in trickled for key in keys]
        rng.shuffle(single)
        loads = [part for keys in loaded for part in _parts(keys, LOAD_ROWS)]
        mixed = [*_gathered(loads, LOAD_ROWS), *self._trickle(single)]
        rng.shuffle(mixed)
        for keys in mixed:
            yield Stretch([self._taken(key) for key in keys], Actor.PROVIDER)
        yield from self._later()

    def _later(self) -> Iterator[Stretch]:
        changing = self._rng.sample(self.keys, len(self.keys) // 5)
        half = len(changing) // 2
        for keys in self._trickle(changing[:half]):
            yield Stretch([self._renewed(key) for key in keys], Actor.PROVIDER)
        for keys in self._trickle(changing[half:]):
            yield Stretch([_refused(key) for key in keys], Actor.CITIZEN)

    def _trickle(self, keys: list[ConsentKey]) -> Iterator[list[ConsentKey]]:
        start = 0
        while start < len(keys):
            size = self._rng.randint(*TRICKLE_ROWS)
            yield keys[start : start + size]
            start += size

    def _companies_of(self, brands: int) -> list[IysCode]:
        """The company of each brand; most have one, some have several."""
        companies: list[IysCode] = []
        while len(companies) < brands:
            several = self._rng.choice((1, 1, 1, 1, 2, 4))
            companies += [IysCode(_FIRST_BRAND + len(companies))] * several
        return companies[:brands]

    def _keys(self, rows: int, brands: int) -> list[ConsentKey]:
        rng = self._rng
        weights = list(accumulate(1 / (place + 3) for place in range(brands)))
        known = list(accumulate(1 / (place + 200) ** 0.6 for place in range(self._people)))
        keys: dict[ConsentKey, None] = {}
        for brand in range(brands):  # every brand has one consent at least
            keys |= self._person(brand, rng.randrange(self._people))
        while len(keys) < rows:
            [brand] = rng.choices(range(brands), cum_weights=weights)
            [person] = rng.choices(range(self._people), cum_weights=known)
            keys |= self._person(brand, person)
        return list(keys)[:rows]

    def _person(self, brand: int, person: int) -> dict[ConsentKey, None]:
        kind = RecipientType.TACIR if person % 9 == 0 else RecipientType.BIREYSEL
        channels = self._rng.sample(list(Channel), self._rng.choice((1, 1, 2, 3)))
        return {
            ConsentKey(
                self._companies[brand],
                BrandCode(_FIRST_BRAND + brand),
                channel,
                kind,
                email(f"kisi{person}") if channel is Channel.EPOSTA else phone(person),
            ): None
            for channel in channels
        }

    def _taken(self, key: ConsentKey) -> Proposal:
        dealer = RetailerCode(key.brand_code * 10) if self._rng.random() < 0.1 else None
        return Proposal(
            key=key,
            status=Status.ONAY,
            source=self._rng.choice(_SOURCES),
            consented_at=self._some_day(_DAYS, 30),
            retailer_code=dealer,
            retailer_access=None if dealer is None else (dealer,),
        )

    def _renewed(self, key: ConsentKey) -> Proposal:
        return Proposal(
            key=key,
            status=self._rng.choice(list(Status)),
            source=self._rng.choice(_SOURCES),
            consented_at=self._some_day(29, 1),
        )

    def _some_day(self, oldest: int, newest: int) -> datetime:
        seconds = self._rng.randrange(newest * 86_400, oldest * 86_400)
        return datetime.now(UTC) - timedelta(seconds=seconds)


def _refused(key: ConsentKey) -> Proposal:
    return Proposal(key=key, status=Status.RET, source=Source.IYS_WEB, consented_at=None)


def _parts(keys: list[ConsentKey], size: int) -> Iterator[list[ConsentKey]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _gathered(loads: list[list[ConsentKey]], size: int) -> Iterator[list[ConsentKey]]:
    """Small loads come together in one turn of the projector."""
    gathered: list[ConsentKey] = []
    for load in loads:
        gathered += load
        if len(gathered) >= size:
            yield gathered
            gathered = []
    if gathered:
        yield gathered


class QuietCrowd(Crowd):
    """Movements come one by one: the projector writes in the order of numbers, but for a few."""

    def stretches(self) -> Iterator[Stretch]:
        keys = list(self.keys)
        self._rng.shuffle(keys)
        while keys:
            few = [keys.pop() for _ in range(min(len(keys), self._rng.randint(1, 3)))]
            yield Stretch([self._taken(key) for key in few], Actor.PROVIDER)


async def live(heart: Heart, crowd: Crowd) -> None:
    """Have it all happen: recorded, numbered and projected by the real ones."""
    async with heart.keeper_database.connection() as lease:
        sequencer = Sequencer(heart.keeper_database)
        assert await sequencer.begin(lease)
        try:
            for stretch in crowd.stretches():
                await heart.record(*stretch.proposals, actor=stretch.actor)
                while await sequencer.number():
                    pass
                while await heart.projector.project(sequencer.epoch):
                    pass
            while await heart.projector.count(sequencer.epoch):
                pass
        finally:
            await lease.execute("select pg_advisory_unlock_all()")
