"""Refuse all of a company, of a brand, of a channel, of everything.

Source  data page 4; Law 6563 art. 8/1; Reg. 9
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import msgspec

from izin.citizen.acts import Act, Did, acts_of
from izin.citizen.call import Call
from izin.citizen.done import keep_act
from izin.citizen.hers import hers
from izin.citizen.meanwhile import acts_going_on, newest
from izin.citizen.parts import ROWS_MAX, Work, begin
from izin.citizen.records import Place, Record, pages_of, place_of
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, RecipientType, Status

_LATE = timedelta(minutes=5)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be refused: everything, but for what is named here.

    kept  brands that stay as they are
    """

    company: IysCode | None = None
    brand: BrandCode | None = None
    channel: Channel | None = None
    recipient_type: RecipientType | None = None
    kept: frozenset[BrandCode] = frozenset()

    def has(self, record: Record) -> bool:
        """Is it to be refused? Only what stands at ONAY is."""
        return record.standing.status is Status.ONAY and self.covers(record)

    def covers(self, record: Record) -> bool:
        """Is it meant, however it stands?"""
        return self.company in (None, record.brand.iys_code) and self.reaches(place_of(record))

    def reaches(self, place: Place) -> bool:
        """Is it meant, as far as its place says?"""
        return (
            self.brand in (None, place.brand_code)
            and self.channel in (None, place.channel)
            and self.recipient_type in (None, place.recipient_type)
            and place.brand_code not in self.kept
        )


async def refuse_all(call: Call, scope: Scope, *, rows_max: int = ROWS_MAX) -> Act | None:
    """Refuse all that a scope has, in the caller's transaction; past rows_max jobs do it.

    Gives   None where nothing of it stands at ONAY
    Raises  UnavailableError
    """
    begun = await begin(call, works_of(call, scope), rows_max=rows_max)
    if begun is None:
        return None
    return await keep_act(call, begun, Did.REFUSED, refused=begun.count, brand_code=scope.brand)


async def refused_of_late(call: Call, scope: Scope, *, now: datetime) -> Act | None:
    """Her latest refusal, where it was a moment ago and may be why nothing of a scope is left.

    Of forms that are sent at once one refuses; the others are led to what it did.
    Cost    one round trip
    """
    acts = await acts_of(call)
    late = next((each for each in acts if each.refused), None)
    if late is None or now >= late.at + _LATE:
        return None
    is_elsewhere = scope.brand is not None and late.brand_code not in (None, scope.brand)
    return None if is_elsewhere else late


async def works_of(call: Call, scope: Scope) -> AsyncIterator[Work]:
    """What a scope has, as it is found: of hers, some at a time."""
    undone_at = newest(await acts_going_on(call), makes=Status.ONAY)  # before what stands is read
    async for page in pages_of(call.connection, call.keyring, call.address, scope.reaches):
        wanted = [
            each for each in page if scope.has(each) or _is_undone_yet(scope, each, undone_at)
        ]
        own = await hers(call.connection, call.keyring, wanted, call.since)
        yield Work(
            refuse=tuple(place_of(each) for each in own if scope.has(each)),
            again=tuple(place_of(each) for each in own if not scope.has(each)),
        )


def _is_undone_yet(scope: Scope, record: Record, undone_at: datetime | None) -> bool:
    """Is it refused, but may an undo that goes on make it ONAY once its turn comes?"""
    is_before = undone_at is not None and record.standing.since <= undone_at
    return is_before and record.standing.status is Status.RET and scope.covers(record)
