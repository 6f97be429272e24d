"""Where a brand's history goes on, as an address says it: sealed, for this session alone.

What names a movement stands with its company's records in the database: in an address, and so in a
proxy's log, it would lead from whoever looks to them.
"""

import base64
import binascii
from collections.abc import Sequence
from uuid import UUID

import msgspec

from izin.citizen.records import Record
from izin.core.terms import Channel, RecipientType
from izin.vault.errors import KeyLostError, SealBrokenError
from izin.web.citizen.services import Hall, Visit
from izin.web.shared.visit import NotThereError

_PLACE = ("page", "older")
_TEXT_MAX = 1000

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[Channel, RecipientType, UUID]]).decode


def written(
    hall: Hall, visit: Visit, records: Sequence[Record], older: Sequence[UUID | None]
) -> str:
    """Write where each record goes on."""
    goes_on = [
        (record.key.channel, record.key.recipient_type, event_id)
        for record, event_id in zip(records, older, strict=True)
        if event_id is not None
    ]
    sealed = hall.keyring.citizen.accounts.seal(*_PLACE, _row(visit), _encode(goes_on))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read(hall: Hall, visit: Visit, records: Sequence[Record]) -> list[UUID | None] | None:
    """Read it back, for each record; None: from the newest.

    Raises  NotThereError: it was written for another session, or by nobody
    """
    text = visit.query.values.get("older", "")
    if not text:
        return None
    try:
        sealed = base64.urlsafe_b64decode(text[:_TEXT_MAX] + "=" * (-len(text) % 4))
        body = hall.keyring.citizen.accounts.open(sealed, *_PLACE, _row(visit))
    except (binascii.Error, ValueError, KeyLostError, SealBrokenError):
        raise NotThereError from None
    starts = {(channel, kind): event_id for channel, kind, event_id in _decode(body)}
    return [starts.get((each.key.channel, each.key.recipient_type)) for each in records]


def _row(visit: Visit) -> bytes:
    """This session's, at this brand."""
    assert visit.who is not None, "the table asks for somebody"
    return visit.who.tag.bytes + visit.who.address.clear.encode() + visit.path["brand"].encode()
