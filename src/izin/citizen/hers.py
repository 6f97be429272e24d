"""Which records are of whoever has an address now, and which of whoever had it before.

A record becomes hers by an approval dated since the address is hers, or by having been first made
since. No refusal makes it hers: a claim refuses all that was his, and a company may at any time.
Source: security T14
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from izin.consent.event import EventBody
from izin.consent.history import histories
from izin.consent.model import ConsentKey, Standing
from izin.consent.of_citizen import standings
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.storage.database import Connection

LOOKED_BACK = 50
"""Movements of a refused record: what lies farther back does not make it hers."""


class Stands(Protocol):
    """A record with what stands."""

    @property
    def key(self) -> ConsentKey:
        """Of which record."""

    @property
    def standing(self) -> Standing:
        """What stands."""


class Stood(NamedTuple):
    """What stands under a key, and nothing else."""

    key: ConsentKey
    standing: Standing

    def __repr__(self) -> str:
        """Leave the address out."""
        return f"Stood({self.key.brand_code}, {self.standing.status})"


R = TypeVar("R", bound=Stands)


async def stood(
    connection: Connection, keyring: Keyring, keys: Sequence[ConsentKey]
) -> list[Stood]:
    """What stands under these keys, in their order; what is not there is left out.

    Cost    one round trip
    """
    found = await standings(connection, keyring, keys)
    return [
        Stood(key, standing)
        for key, standing in zip(keys, found, strict=True)
        if standing is not None
    ]


async def hers(
    connection: Connection, keyring: Keyring, records: Sequence[R], since: datetime | None
) -> list[R]:
    """Those that are hers, in their order. Takes since: None from the beginning.

    Cost    nothing but for those that were refused since: as `histories` of these
    """
    if since is None:
        return list(records)
    refused = [each for each in records if _is_refused_since(each.standing, since)]
    keys = [each.key for each in refused]
    found = await histories(connection, keyring, keys, limit=LOOKED_BACK) if keys else []
    own = {each.key for each, bodies in zip(refused, found, strict=True) if own_part(bodies, since)}
    return [
        each
        for each in records
        if each.key in own or (each.standing.status is Status.ONAY and each.standing.since >= since)
    ]


def own_part(bodies: Sequence[EventBody], since: datetime | None) -> Sequence[EventBody]:
    """The movements of a record that are hers, newest first: from what made it hers on."""
    if since is None:
        return bodies
    own = [place for place, body in enumerate(bodies) if _makes_hers(body, since)]
    return bodies[: own[-1] + 1] if own else ()


def _makes_hers(body: EventBody, since: datetime) -> bool:
    is_new = body.status is Status.ONAY or body.previous_status is None
    return body.moved is None and is_new and (body.consented_at or body.recorded_at) >= since


def _is_refused_since(standing: Standing, since: datetime) -> bool:
    return standing.status is not Status.ONAY and standing.since >= since
