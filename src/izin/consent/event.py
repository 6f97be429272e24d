"""What a movement, or a change of a consent's dealers, leaves behind for ever."""

from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

import msgspec

from izin.consent.model import ConsentKey, Origin
from izin.core.codes import RetailerCode
from izin.core.terms import Side, Source, Status
from izin.vault.commitment import Leaf, commit, dealers_hash, recipient_commitment

VERSION = 1


class Actor(StrEnum):
    """Who asked for a movement."""

    PROVIDER = "PROVIDER"
    PARTNER = "PARTNER"
    CITIZEN = "CITIZEN"
    OPERATOR = "OPERATOR"
    REGISTRY = "REGISTRY"

    @property
    def side(self) -> Side:
        """On whose side a movement is counted."""
        return Side.HS if self in (Actor.PROVIDER, Actor.PARTNER) else Side.IYS


class Moved(msgspec.Struct, frozen=True, array_like=True):
    """The movement that stands, as a change of dealers names it."""

    event_id: UUID
    recorded_at: datetime


class EventBody(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All that is known of one event; stored sealed only, new fields go to the end.

    retailer_code   the dealer of the record from then on
    retailer_access who may use it besides from then on; None if that is as it was
    is_dealer_kept  the movement named none: it is the dealer of the consent that was renewed
    mandate_id      under which a partner brought it
    evidence_hash   of what proves it, where the registry took it itself
    moved           set where only the dealers changed: status, source and date are those of it
    cites           the movement that it takes back
    citizen_name    what a citizen who added the brand lets it know of her name
    """

    version: int
    event_id: UUID
    key: ConsentKey
    status: Status
    source: Source | None
    consented_at: datetime | None
    recorded_at: datetime
    actor: Actor
    salts: bytes
    previous_status: Status | None
    retailer_code: RetailerCode | None = None
    retailer_access: tuple[RetailerCode, ...] | None = None
    origin: Origin | None = None
    is_late: bool = False
    is_dealer_kept: bool = False
    moved: Moved | None = None
    mandate_id: UUID | None = None
    cites: UUID | None = None
    citizen_name: str | None = None
    evidence_hash: str | None = None

    def __repr__(self) -> str:
        """Leave out whose it is."""
        return f"EventBody({self.event_id})"

    @property
    def side(self) -> Side:
        """On whose side it is counted."""
        return self.actor.side if self.moved is None else Side.ACCESS

    @property
    def movement(self) -> Moved:
        """The movement that stands after it: itself, unless it only changed the dealers."""
        return self.moved or Moved(self.event_id, self.recorded_at)

    @property
    def access_id(self) -> UUID | None:
        """Its own id, if it only changed the dealers."""
        return None if self.moved is None else self.event_id


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(EventBody)
encode_body = _encoder.encode
decode_body = _decoder.decode


def _written(instant: datetime) -> str:
    # in one zone, or the same instant read back would commit to other bytes
    return instant.astimezone(UTC).isoformat("T", "microseconds")


_received = lru_cache(16)(_written)
"""All movements of one call were received at one instant."""


def _dealers_hash(body: EventBody) -> str | None:
    """All that a change of dealers is about; a movement fixes what was consented to."""
    if body.moved is None:
        return None
    return dealers_hash(body.retailer_code, body.retailer_access or ())


def commitment_of(body: EventBody) -> bytes:
    """The 32 bytes whose hex is the receipt number of a movement.

    Cost    5 µs
    Source  the leaf of the evidence ledger; docs/vectors.md
    """
    key = body.key
    leaf = Leaf(
        recipient=recipient_commitment(key.address.clear, body.salts),
        actor_class=body.actor,
        brand_code=key.brand_code,
        channel=key.channel,
        consent_date=None if body.consented_at is None else _written(body.consented_at),
        event_id=str(body.event_id),
        evidence_hash=body.evidence_hash or _dealers_hash(body),
        iys_code=key.iys_code,
        kind="consent" if body.moved is None else "access",
        mandate_id=None if body.mandate_id is None else str(body.mandate_id),
        received_at=_received(body.recorded_at),
        recipient_type=key.recipient_type,
        source=body.source,
        status=body.status,
        version=body.version,
    )
    return commit(leaf, body.salts)
