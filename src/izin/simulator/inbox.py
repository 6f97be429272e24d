"""A mail server that delivers to nobody: what it takes is shown on a page of this machine."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import msgspec
from aiosmtpd.smtp import SMTP, Envelope, Session

from izin.core.clock import utc_now

KEPT = 500
_BYTES_MAX = 1 << 20
_HOST = "127.0.0.1"


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as it came. It prints nothing."""

    recipient: str
    at: datetime
    raw: bytes

    def __repr__(self) -> str:
        """Leave out to whom, and what."""
        return f"Received({self.at:%H:%M:%S})"

    @property
    def mail(self) -> EmailMessage:
        """The mail, read."""
        read = message_from_bytes(self.raw, policy=default)
        assert isinstance(read, EmailMessage), "by the policy"
        return read


class Inbox:
    """Takes mails for addresses at ``.example`` and keeps the newest; everybody else it refuses.

    fails  what it answers instead of taking a mail, such as ``451 later``; empty: it takes them
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._received: deque[Received] = deque(maxlen=KEPT)
        self._came = asyncio.Event()
        self.fails = ""

    def received(self, recipient: str | None = None) -> Sequence[Received]:
        """What came, the newest first: for one address, or for all."""
        found = reversed(self._received)
        return [each for each in found if recipient in (None, each.recipient)]

    async def until(self, recipient: str, count: int = 1) -> Sequence[Received]:
        """Wait until so many mails have come for an address."""
        while len(found := self.received(recipient)) < count:
            self._came.clear()
            await self._came.wait()
        return found

    async def handle_RCPT(  # noqa: N802 # the server's own names
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take invented people's addresses alone."""
        if not address.lower().endswith(".example"):
            return "550 5.1.1 nobody of this name; addresses end with .example"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail."""
        if self.fails:
            return self.fails
        content = envelope.content
        assert isinstance(content, bytes), "the server does not decode"
        for recipient in envelope.rcpt_tos:
            self._received.append(Received(recipient=recipient, at=utc_now(), raw=content))
        self._came.set()
        return "250 OK"


@asynccontextmanager
async def listening(inbox: Inbox, port: int = 0) -> AsyncIterator[int]:
    """Listen on a port of this machine, or on any that is free; give which."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, data_size_limit=_BYTES_MAX, hostname="localhost", loop=loop),
        _HOST,
        port,
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
