"""What a movement adds to the figures of its day."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from izin.consent.event import Actor, EventBody
from izin.core.clock import IYS_TIME
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.report.model import Aspect, Counts, DayKey, Days


def add_day(keyring: Keyring, brand_ref: UUID, body: EventBody, into: Days) -> None:
    """Count one movement; a change of a consent's dealers is none.

    Cost    4 µs
    """
    if body.moved is not None:
        return
    day = _day(body.recorded_at)
    channel, recipient_type = body.key.channel.value, body.key.recipient_type.value
    for aspect, value in _aspects(keyring, body):
        key = DayKey(brand_ref, aspect, day, channel, recipient_type, value)
        counts = into.get(key)
        if counts is None:
            into[key] = counts = Counts()
        if body.status is Status.RET:
            counts.refused += 1
        elif body.previous_status is Status.ONAY:
            counts.renewed += 1
        else:
            counts.begun += 1


@lru_cache(16)
def _day(instant: datetime) -> date:
    """All movements of one call were received at one instant."""
    return instant.astimezone(IYS_TIME).date()


def _aspects(keyring: Keyring, body: EventBody) -> Iterator[tuple[str, str]]:
    actor = body.actor if body.mandate_id is None else Actor.PARTNER
    yield Aspect.ACTOR.value, actor.value
    yield Aspect.SOURCE.value, "" if body.source is None else body.source.value
    if body.mandate_id is not None:
        yield Aspect.MANDATE.value, str(body.mandate_id)
    # one that names none keeps the dealer of the consent that it renews: that brought nothing
    if body.retailer_code is not None and not body.is_dealer_kept:
        yield Aspect.RETAILER.value, keyring.retailers.seal(body.retailer_code).hex()
