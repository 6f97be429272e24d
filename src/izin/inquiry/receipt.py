"""What a carrier was told before it sent, kept as long as it may have to be shown.

Source  rules 3.7; Reg. 11
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from izin.consent.model import Decision, MessageKind
from izin.core.codes import BrandCode, IntermediaryCode, RetailerCode
from izin.core.terms import Channel, RecipientType
from izin.inquiry import store
from izin.keyring import Keyring
from izin.storage.database import Connection

KEPT = timedelta(days=3 * 366)
"""Three years, whatever their length."""

FORGOTTEN_ROWS = 2000

_PLACE = ("query_receipt", "body_sealed")


class QueryReceipt(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One question and its answers; stored sealed only, new fields go to the end."""

    brand_code: BrandCode
    asked_at: datetime
    channel: Channel
    recipient_type: RecipientType | None
    message_kind: MessageKind
    contains_promotion: bool
    retailer_code: RetailerCode | None
    recipients: list[str]
    decisions: list[Decision]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(QueryReceipt).decode


async def keep(
    connection: Connection, keyring: Keyring, receipt: QueryReceipt, carrier: IntermediaryCode
) -> UUID:
    """Keep a receipt and give its number.

    Cost    one round trip
    """
    receipt_id = uuid4()
    sealed = keyring.batch_sealer.seal(*_PLACE, receipt_id.bytes, _encode(receipt))
    of = carrier, receipt.brand_code
    await store.put(connection, receipt_id, _bucket(receipt_id), of, sealed)
    return receipt_id


async def receipt_of(
    connection: Connection, keyring: Keyring, receipt_id: UUID, carrier: IntermediaryCode
) -> QueryReceipt | None:
    """Give a carrier's own receipt; None where it has no such one."""
    sealed = await store.one(connection, receipt_id, _bucket(receipt_id), carrier)
    if sealed is None:
        return None
    opener = await keyring.openers([sealed])
    return _decode(opener.open(sealed, *_PLACE, receipt_id.bytes))


async def forget_old_receipts(connection: Connection, now: datetime) -> None:
    """Drop receipts that nobody has to show any more, FORGOTTEN_ROWS in each transaction."""
    while await store.drop_old(connection, now - KEPT, FORGOTTEN_ROWS) == FORGOTTEN_ROWS:
        pass


def _bucket(receipt_id: UUID) -> int:
    return int.from_bytes(receipt_id.bytes[:2], "big", signed=True)
