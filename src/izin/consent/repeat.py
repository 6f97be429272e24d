"""Is a movement the very one that stands? The row sieves, the opened event tells."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from izin.consent import store
from izin.consent.model import Proposal, Repeated
from izin.consent.movement import Asked
from izin.consent.opened import open_rows
from izin.consent.rules import repeats
from izin.core.codes import RetailerCode, TransactionId
from izin.keyring import Keyring
from izin.storage.database import Connection


class Receipt(msgspec.Struct, frozen=True):
    """What the movement that stands was answered with, and the dealers that it named."""

    repeated: Repeated
    retailer_code: RetailerCode | None = None
    retailer_access: tuple[RetailerCode, ...] | None = None

    def is_of(self, proposal: Proposal) -> bool:
        """Did `proposal` name the same dealers, in whatever order?"""
        own, theirs = self.retailer_access, proposal.retailer_access
        return self.retailer_code == proposal.retailer_code and set(own or ()) == set(theirs or ())


async def standing_receipts(
    connection: Connection, keyring: Keyring, asked: Iterable[Asked]
) -> dict[UUID, Receipt]:
    """Receipts of the movements that stand and may be meant again, by event.

    Gives   they outlive the erasure of what they are about; its dealers do not
    Cost    one round trip, none where nothing looks like a repeat
    """
    buckets = {
        one.current.event_id: one.bucket
        for one in asked
        if one.current is not None and repeats(one.current, one.proposal)
    }
    if not buckets:
        return {}
    rows = await store.events(connection, list(buckets), list(buckets.values()))
    bodies = {each.body.event_id: each.body for each in await open_rows(keyring, rows)}
    receipts: dict[UUID, Receipt] = {}
    for row in rows:
        body = bodies.get(row["event_id"])
        repeated = Repeated(
            transaction_id=TransactionId(row["commitment"].hex()),
            recorded_at=row["recorded_at"],
            origin=None if body is None else body.origin,
        )
        if body is None:
            receipts[row["event_id"]] = Receipt(repeated)
        else:
            named = None if body.is_dealer_kept else body.retailer_code
            receipts[row["event_id"]] = Receipt(repeated, named, body.retailer_access)
    return receipts


def repeated(one: Asked, receipts: dict[UUID, Receipt]) -> Repeated | None:
    """The receipt of the movement that `one` repeats; None if it is another."""
    if one.current is None or not repeats(one.current, one.proposal):
        return None
    receipt = receipts[one.current.event_id]
    return receipt.repeated if receipt.is_of(one.proposal) else None
