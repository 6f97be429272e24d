"""Mobile operators, as those that carry messages and bring what people write."""

import asyncio
from urllib.parse import unquote, urlsplit
from uuid import UUID

from izin.core.errors import StartRefusedError, UndeliverableError
from izin.message.heard import Written, keep
from izin.message.model import Receipt, Rendered
from izin.message.note import note
from izin.smpp.link import Link
from izin.smpp.model import (
    Incoming,
    LinkSettings,
    ReceiptState,
    SubmitRefusedError,
    UnsendableError,
)
from izin.smpp.model import Receipt as OperatorsReceipt
from izin.wiring.parts import MessageParts
from izin.wiring.settings import PREFIX, Settings

_PORT = 2775
_ENDED = frozenset(
    {
        ReceiptState.DELIVERED,
        ReceiptState.EXPIRED,
        ReceiptState.DELETED,
        ReceiptState.UNDELIVERABLE,
        ReceiptState.REJECTED,
    }
)


class Operator:
    """One bound link: what is sent over it, and what comes back."""

    def __init__(self, parts: MessageParts, settings: LinkSettings) -> None:
        """Take where messages are kept, and how the operator is reached."""
        self.name = f"{settings.host}:{settings.port}"
        self._parts = parts
        self._link = Link(settings, heard=self._heard, delivered=self._delivered)

    async def run(self, stop: asyncio.Event) -> None:
        """Hold the link until told to stop."""
        running = asyncio.create_task(self._link.run())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            self._link.stop()
            await running
        finally:
            stopping.cancel()

    async def send(self, message_id: UUID, rendered: Rendered) -> str | None:
        """Hand a text over; its receipt will name the last of its segments.

        Raises  UnavailableError: not now · UndeliverableError: never
        """
        try:
            ids = await self._link.submit(rendered.to, rendered.body, message_id.int)
        except SubmitRefusedError as refused:
            raise UndeliverableError(f"SMPP {refused.status_name}") from None
        except UnsendableError:
            raise UndeliverableError("no text that can be sent") from None
        return ids[-1] or None  # an operator that names nothing cannot tell of it either

    async def _heard(self, incoming: Incoming) -> None:
        written = Written(incoming.sender, incoming.text)
        await keep(self._parts.database, self._parts.sealer, written)

    async def _delivered(self, told: OperatorsReceipt) -> None:
        if told.state not in _ENDED:
            return
        is_delivered = told.state is ReceiptState.DELIVERED
        receipt = Receipt(
            supplier=self.name, ref=told.operator_id, is_delivered=is_delivered, at=told.at
        )
        await note(self._parts.database, receipt)


def links_of(settings: Settings) -> list[LinkSettings]:
    """The operators of the settings, the preferred one first.

    Raises  StartRefusedError, which repeats nothing of an address: it may hold a password
    """
    urls = filter(None, map(str.strip, settings.smpp_urls.split(",")))
    return [_link_at(url, settings.sms_sender) for url in urls]


def _link_at(url: str, sender: str) -> LinkSettings:
    refused = StartRefusedError(
        f"{PREFIX}SMPP_URLS: write an operator as smpp://system_id:password@host:port."
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise refused from error
    if parts.scheme not in ("smpp", "smpps") or not parts.hostname or not parts.username:
        raise refused
    return LinkSettings(
        host=parts.hostname,
        port=port or _PORT,
        system_id=unquote(parts.username),
        password=unquote(parts.password or ""),
        sender=sender,
        has_tls=parts.scheme == "smpps",
    )
