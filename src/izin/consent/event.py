"""What a movement leaves behind for ever: its body, its commitment, and how both are sealed."""

from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

import msgspec

from izin.consent.model import ConsentKey, Origin
from izin.core.codes import RetailerCode
from izin.core.terms import Side, Source, Status

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


class EventBody(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All that is known of one movement; stored sealed only, new fields go to the end.

    retailer_code   the dealer of the record from then on
    is_dealer_kept  the movement named none: it is the dealer of the consent that was renewed
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

    @property
    def side(self) -> Side:
        """On whose side the movement is counted."""
        return self.actor.side


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(EventBody)
encode_body = _encoder.encode
decode_body = _decoder.decode


def _instant(value: datetime | None) -> str | None:
    # in one zone, or the same instant read back would commit to other bytes
    return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")


_received = lru_cache(16)(_instant)
"""All movements of one call were received at one instant."""


def committed_fields(body: EventBody) -> dict[str, object]:
    """The fields that the receipt number commits to.

    Gives   strings, numbers and nulls only, ready for canonical JSON; the address stands in it
            by its own salted commitment alone
    Source  the leaf of the evidence ledger; docs/vectors.md
    """
    return {
        "v": body.version,
        "eventId": str(body.event_id),
        "kind": "consent",
        "receivedAt": _received(body.recorded_at),
        "consentDate": _instant(body.consented_at),
        "iysCode": body.key.iys_code,
        "brandCode": body.key.brand_code,
        "mandateId": None,
        "channel": body.key.channel,
        "rtype": body.key.recipient_type,
        "source": body.source,
        "status": body.status,
        "noticeId": None,
        "noticeHash": None,
        "evidenceHash": None,
        "actorClass": body.actor,
    }
