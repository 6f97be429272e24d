"""What comes in: heard by whoever listens, and answered by how that went."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiosmpplib.state import SmppCommandStatus

from izin.core.errors import UnavailableError
from izin.smpp.frames import Frame
from izin.smpp.message import MalformedError, Message, read_message, user_data
from izin.smpp.model import Delivered, Heard, Incoming, LinkSettings
from izin.smpp.parts import NOT_NOW, TAKEN, Parts, incoming_of
from izin.smpp.receipts import is_receipt, receipt_of

_LOG = logging.getLogger(__name__)
_SWEEPS = 4
"""In the time after which a long message has to be whole."""


class Inbox:
    """Answers each deliver_sm after it was heard, and not before."""

    def __init__(
        self,
        settings: LinkSettings,
        *,
        heard: Heard,
        delivered: Delivered,
        clock: Callable[[], datetime],
    ) -> None:
        """Take who listens; whoever raises UnavailableError is told again."""
        self._settings = settings
        self._heard = heard
        self._delivered = delivered
        self._clock = clock
        self._parts = Parts(settings, self._told)

    async def status_of(self, frame: Frame) -> SmppCommandStatus:
        """Have a deliver_sm heard, and give what the operator is answered."""
        try:
            message = read_message(frame.body)
        except MalformedError:
            _LOG.warning("a message of the operator cannot be read")
            return SmppCommandStatus.ESME_RINVMSGLEN
        if is_receipt(message):
            return await self._receipt(message)
        data = user_data(message)
        if data.part is None:
            return await self._told(incoming_of(message, [data]))
        return await self._parts.take(message, data, data.part)

    async def sweep(self) -> None:
        """Look for ever after long messages that do not become whole."""
        while True:
            await asyncio.sleep(self._settings.parts_seconds / _SWEEPS)
            await self._parts.expire(asyncio.get_running_loop().time())

    async def empty(self) -> None:
        """Tell what has come of long messages: nobody waits for the rest any more."""
        await self._parts.expire(float("inf"))

    async def _receipt(self, message: Message) -> SmppCommandStatus:
        receipt = receipt_of(message, self._clock())
        if receipt is None:
            _LOG.warning("a receipt of the operator names no message")
            return SmppCommandStatus.ESME_RX_R_APPN
        return await self._status(self._delivered(receipt))

    async def _told(self, incoming: Incoming) -> SmppCommandStatus:
        return await self._status(self._heard(incoming))

    async def _status(self, listening: Awaitable[None]) -> SmppCommandStatus:
        try:
            async with asyncio.timeout(self._settings.hear_seconds):
                await listening
        except (UnavailableError, TimeoutError):
            return NOT_NOW
        except Exception as error:  # noqa: BLE001  # a mistake of ours must not lose what was written
            # without a traceback: what was written may stand in it
            _LOG.error("what the operator brought was not heard: %s", type(error).__name__)
            return NOT_NOW
        return TAKEN
