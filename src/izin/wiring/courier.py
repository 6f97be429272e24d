"""The courier process: hands what the registry sends to operators and mail servers."""

import asyncio
import signal
import sys
from functools import partial
from uuid import UUID

import msgspec

from izin.core.clock import utc_now
from izin.core.errors import StartRefusedError
from izin.jobs.hands import Hands
from izin.mail.compose import Mail, Sender
from izin.mail.dkim import Signer, read_key
from izin.mail.smtp import Server, hand_over, server_at
from izin.message import note, write
from izin.message.model import Medium, Rendered
from izin.message.note import note_later
from izin.message.send import Sending
from izin.message.switch import Switch
from izin.queue.queue import Queue
from izin.telemetry.log import configure
from izin.wiring.operators import Operator, links_of
from izin.wiring.parts import MessageParts, open_message_parts
from izin.wiring.settings import PREFIX, Settings

AT_ONCE = 8
"""A supplier that answers in half a second still takes sixteen messages in each."""


class MailSupplier:
    """A mail server, as one that carries messages."""

    def __init__(self, server: Server, sender: Sender) -> None:
        """Take where it is, and from whom mails come."""
        self.name = f"{server.host}:{server.port}"
        self._server = server
        self._sender = sender

    async def send(self, message_id: UUID, rendered: Rendered) -> str | None:
        """Hand a mail over; its Message-ID is the same at every try. Raises as `hand_over`."""
        mail = Mail(
            to=rendered.to,
            subject=rendered.subject,
            body=rendered.body,
            reference=message_id.hex,
            unsubscribe=rendered.unsubscribe,
        )
        await hand_over(self._server, self._sender, mail, at=utc_now())
        return None


async def run_courier(settings: Settings) -> None:
    """Carry until told to stop."""
    configure(sys.stderr, settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stop.set)
    async with open_message_parts(settings) as parts:
        await courier_of(parts, settings, stop).run()


def courier_of(parts: MessageParts, settings: Settings, stop: asyncio.Event) -> Hands:
    """Put a courier together. Raises StartRefusedError."""
    operators = [Operator(parts, each) for each in links_of(settings)]
    ways = {Medium.EMAIL: Switch(mail_suppliers(settings)), Medium.SMS: Switch(operators)}
    queue = Queue(parts.database, {write.JOB: Sending(parts.sealer, ways), note.JOB: note_later})
    links = [partial(each.run, stop) for each in operators]
    return Hands(queue, stop, at_once=AT_ONCE, links=links)


def mail_suppliers(settings: Settings) -> list[MailSupplier]:
    """The mail servers of the settings, the preferred one first. Raises StartRefusedError."""
    sender = sender_of(settings)
    urls = filter(None, map(str.strip, settings.smtp_urls.split(",")))
    return [MailSupplier(server_at(url), sender) for url in urls]


def sender_of(settings: Settings) -> Sender:
    """From whom mails come. Raises StartRefusedError."""
    sender = Sender(name=settings.mail_name, address=settings.mail_from)
    keys = (
        (settings.dkim_selector, settings.dkim_key_file),
        (settings.dkim_second_selector, settings.dkim_second_key_file),
    )
    signers = tuple(
        Signer(sender.domain, selector, read_key(file)) for selector, file in keys if file
    )
    if len({each.selector for each in signers}) < len(signers):
        raise StartRefusedError(
            f"{PREFIX}DKIM_SELECTOR and {PREFIX}DKIM_SECOND_SELECTOR are both "
            f"{settings.dkim_selector}: under one name of the DNS there is one key."
        )
    return msgspec.structs.replace(sender, signers=signers)
