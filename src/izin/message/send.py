"""A message goes to a supplier, in the transaction that takes its job off."""

import logging
from collections.abc import Mapping
from uuid import UUID

from izin.core.errors import UndeliverableError
from izin.message import store
from izin.message.model import Medium, MessageState
from izin.message.seal import opened
from izin.message.switch import Switch
from izin.message.wake import wake
from izin.storage.database import Connection
from izin.vault.sealing import Sealer

_log = logging.getLogger("izin.message")


class Sending:
    """Does the jobs that `write` leaves.

    A process that dies between the supplier's word and its own commit sends once more; nothing
    else sends twice.
    """

    def __init__(self, sealer: Sealer, ways: Mapping[Medium, Switch]) -> None:
        """Take what opens messages, and the suppliers of each medium."""
        self._sealer = sealer
        self._ways = ways

    async def __call__(self, connection: Connection, payload: bytes) -> None:
        """Send one message, unless it has been sent or is of no use any more.

        Raises  UnavailableError: no supplier takes it now
        """
        message_id = UUID(bytes=payload)
        row = await store.waiting(connection, message_id)
        if row is None:
            return
        if row["is_over"]:
            _log.warning("message expired", extra={"message_id": str(message_id)})
            await wake(
                connection, await store.end_unsent(connection, message_id, MessageState.EXPIRED)
            )
            return
        rendered = opened(self._sealer, message_id, row["sealed"])
        try:
            sent = await self._ways[rendered.medium].send(message_id, rendered)
        except UndeliverableError as refused:
            reason = {"message_id": str(message_id), "reason": str(refused)}
            _log.warning("message refused", extra=reason)
            ended = await store.end_unsent(connection, message_id, MessageState.REFUSED)
            await wake(connection, ended)
        else:
            row = await store.sent(connection, message_id, sent.supplier, sent.ref)
            if sent.ref is None:  # no receipt will follow: this is the last that is heard of it
                await wake(connection, row)
