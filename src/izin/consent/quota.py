"""Past the limit of a package that allows no excess, no new address comes in.

A RET, a renewal, and an ONAY for an address that is counted already always pass. The count follows
the keeper, so what this process lets in is remembered until it is counted, however long that takes;
what others let in meanwhile is not known, and may go past the limit.

Source  contract 1.3 (H525), 1.14; decision 0047
"""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

import msgspec

from izin.access.directory import Directory
from izin.consent import store
from izin.consent.model import ConsentKey, Proposal
from izin.consent.stored import key_columns, locations
from izin.core.clock import utc_now
from izin.core.codes import IysCode
from izin.core.errors import Refused
from izin.core.terms import Channel, RecipientType, Side, Status
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.subscription.count import AddressCount, Place, address_count, counted
from izin.subscription.model import Subscribed, standing
from izin.subscription.pools import pools

READ_AGAIN_S = 2.0
"""How old a company's figures may be."""

FORGOTTEN_S = 20.0
"""What is not counted by then and has no ONAY was refused for another reason, or taken back."""

LOOKED_AT = 10_000
"""So many are looked for at a time while there is room; all of them before one is refused."""

FULL = Refused(code="H525")


class _Record(msgspec.Struct, frozen=True):
    """With which record an address came in, and when it was looked for last; never the address."""

    brand_ref: UUID
    channel: Channel
    recipient_type: RecipientType
    at_s: float


_LetIn = dict[Place, _Record]


class _Company(msgspec.Struct):
    """What is known of a company: its count as it was read, and what was let in since."""

    count: AddressCount = AddressCount()
    read_s: float = float("-inf")
    phones: _LetIn = {}
    emails: _LetIn = {}

    def of(self, key: ConsentKey) -> _LetIn:
        """Where an address of this record is remembered."""
        return self.emails if key.channel is Channel.EPOSTA else self.phones

    def with_more(self, fresh: Iterable[tuple[ConsentKey, Place]]) -> int:
        """How many addresses it has with these too."""
        more = {place: key for key, place in fresh if place not in self.of(key)}
        emails = sum(key.channel is Channel.EPOSTA for key in more.values())
        return max(
            self.count.phones + len(self.phones) + len(more) - emails,
            self.count.emails + len(self.emails) + emails,
        )

    def let_in(
        self, fresh: Iterable[tuple[ConsentKey, Place]], brand_ref: UUID, at_s: float
    ) -> None:
        """Remember these until they are counted."""
        for key, place in fresh:
            record = _Record(brand_ref, key.channel, key.recipient_type, at_s)
            self.of(key).setdefault(place, record)


class Bounds(msgspec.Struct, frozen=True):
    """What is known of packages.

    bound      the subscription of a record's company, if it has one that allows no excess; no
               package counts what is in a test brand
    tag_codes  under which codes a company's brands are tagged
    """

    bound: Callable[[ConsentKey], Subscribed | None]
    tag_codes: Callable[[IysCode], Iterable[IysCode]]


def bounds_by(directory: Directory, now: Callable[[], datetime] = utc_now) -> Bounds:
    """As a copy of the parties says. It raises UnavailableError when it is too old."""

    def bound(key: ConsentKey) -> Subscribed | None:
        brand = directory.brand(key.brand_code)
        is_test = brand is not None and brand.is_test
        return None if is_test else bound_of(directory.subscribed(key.iys_code), now())

    def tag_codes(iys_code: IysCode) -> set[IysCode]:
        return {each.tagged_for or each.iys_code for each in directory.brands_of(iys_code)}

    return Bounds(bound, tag_codes)


def bound_of(subscribed: tuple[Subscribed, ...], now: datetime) -> Subscribed | None:
    """The subscription that counts, if it allows no excess."""
    each = standing(subscribed, now)
    return None if each is None or each.may_exceed else each


class Quotas:
    """Which consents a full package does not let in."""

    def __init__(
        self, bounds: Bounds, keyring: Keyring, *, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Take what is known of packages, and the keys of addresses."""
        self._bounds = bounds
        self._keyring = keyring
        self._clock_s = clock_s
        self._companies: dict[IysCode, _Company] = {}

    def may_be_over(self, proposals: Sequence[Proposal]) -> bool:
        """Is there anything to look at: a consent, of a company whose package has an end?

        Takes   proposals: of one brand
        Raises  UnavailableError when the copy of the parties is too old
        """
        asked = next((each for each in proposals if _is_asked(each)), None)
        return asked is not None and self._bounds.bound(asked.key) is not None

    async def over(
        self, connection: Connection, proposals: Sequence[Proposal], *, is_collected: bool = False
    ) -> frozenset[int]:
        """Which of these are new addresses that the package has no room for?

        Takes   proposals: of one brand · is_collected: whether the registry takes them for their
                company, which brings them in just so, whatever their source
        Gives   their places
        Raises  UnavailableError
        Cost    two round trips every other second for a company; four more where it is nearly full
        """
        asked = [
            ord_
            for ord_, each in enumerate(proposals)
            if _is_asked(each) or (is_collected and each.status is Status.ONAY)
        ]
        if not asked:
            return frozenset()
        keys = [proposals[ord_].key for ord_ in asked]
        iys_code = keys[0].iys_code
        bound = self._bounds.bound(keys[0])
        if bound is None:
            return frozenset()
        company = self._companies.setdefault(iys_code, _Company())
        brand_ref = self._keyring.pseudonyms.brand_ref(keys[0].brand_code)
        places = self._places(keys)
        fresh = list(zip(keys, places, strict=True))
        if self._clock_s() - company.read_s > READ_AGAIN_S:
            await self._read(connection, company, iys_code, LOOKED_AT)
        if company.with_more(fresh) < bound.address_limit:
            company.let_in(fresh, brand_ref, self._clock_s())
            return frozenset()
        await self._read(connection, company, iys_code, None)
        known = await self._known(connection, keys, places)
        over = set()
        for ord_, key, place in zip(asked, keys, places, strict=True):
            if place in known or place in company.of(key):
                continue
            # full is full, for phones and e-mails alike. Source: contract 1.14
            if company.with_more(()) < bound.address_limit:
                company.let_in([(key, place)], brand_ref, self._clock_s())
            else:
                over.add(ord_)
        return frozenset(over)

    async def is_full_for(self, connection: Connection, keys: Sequence[ConsentKey]) -> bool:
        """Would a consent bring in a new address that the package has no room for? None comes in.

        Takes   keys: of one company, at least one
        Raises  UnavailableError
        Cost    as `over`
        """
        iys_code = keys[0].iys_code
        bound = self._bounds.bound(keys[0])
        if bound is None:
            return False
        company = self._companies.setdefault(iys_code, _Company())
        places = self._places(keys)
        if self._clock_s() - company.read_s > READ_AGAIN_S:
            await self._read(connection, company, iys_code, LOOKED_AT)
        if company.with_more(zip(keys, places, strict=True)) < bound.address_limit:
            return False
        await self._read(connection, company, iys_code, None)
        known = await self._known(connection, keys, places)
        is_new = any(
            place not in known and place not in company.of(key)
            for key, place in zip(keys, places, strict=True)
        )
        return is_new and company.with_more(()) >= bound.address_limit

    def _places(self, keys: Sequence[ConsentKey]) -> list[Place]:
        pseudonyms = self._keyring.pseudonyms
        its = pools(pseudonyms, keys[0].iys_code, keys[0].tag_code)
        return [
            Place(tag, its.of(key.channel), bucket)
            for key, (tag, bucket) in zip(keys, locations(pseudonyms, keys), strict=True)
        ]

    async def _read(
        self, connection: Connection, company: _Company, iys_code: IysCode, most: int | None
    ) -> None:
        """Read what is counted by now; what was let in is looked for first, or it would be lost."""
        now_s = self._clock_s()
        for let_in in (company.phones, company.emails):
            if let_in:
                await _forget(connection, let_in, now_s, most)
        tag_codes = self._bounds.tag_codes(iys_code)
        pseudonyms = self._keyring.pseudonyms
        company.count = await address_count(connection, pseudonyms, iys_code, tag_codes)
        company.read_s = now_s

    async def _known(
        self, connection: Connection, keys: Sequence[ConsentKey], places: Sequence[Place]
    ) -> set[Place]:
        """Addresses that are counted, and those whose record stands at ONAY already."""
        found = await counted(connection, sorted(set(places)))
        known = {place for place, records in found.items() if records}
        columns = key_columns(self._keyring.pseudonyms, keys)
        for row in await store.current_states(connection, columns):
            if row["status"] == Status.ONAY:
                known.add(places[row["ord"] - 1])
        return known


async def _forget(connection: Connection, let_in: _LetIn, now_s: float, most: int | None) -> None:
    """Forget those that are counted by now, and after a while those without an ONAY.

    Another call may forget, or let in anew, while this one looks.
    """
    found = await counted(connection, sorted(islice(let_in, most)))
    old: _LetIn = {}
    for place, records in found.items():
        record = let_in.get(place)
        if records:
            let_in.pop(place, None)
        elif record is not None and now_s - record.at_s > FORGOTTEN_S:
            old[place] = record
    still = await _with_onay(connection, old)
    for place, record in old.items():
        if let_in.get(place) is record:
            del let_in[place]
            if place in still:
                let_in[place] = msgspec.structs.replace(record, at_s=now_s)


async def _with_onay(connection: Connection, some: _LetIn) -> set[Place]:
    """Those whose record stands at ONAY: the count is late, and they are in it all the same."""
    if not some:
        return set()
    places, records = list(some), list(some.values())
    columns = store.KeyColumns(
        [each.brand_ref for each in records],
        [each.channel for each in records],
        [each.recipient_type for each in records],
        [place.tag for place in places],
        [place.bucket for place in places],
    )
    rows = await store.current_states(connection, columns)
    return {places[row["ord"] - 1] for row in rows if row["status"] == Status.ONAY}


def _is_asked(proposal: Proposal) -> bool:
    """Is it a consent that the company brings? A citizen's own word is never too much."""
    source = proposal.source
    is_citizens = source is not None and source.side is Side.IYS
    return proposal.status is Status.ONAY and not is_citizens
