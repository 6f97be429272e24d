"""A mail is put together: plain text, its headers, and where one click unsubscribes."""

from datetime import datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from izin.core.address import Address
from izin.mail.dkim import Signer

_POLICY = SMTP.clone(max_line_length=78, cte_type="7bit")
_SIGNED = (
    *("from", "to", "subject", "date", "message-id", "mime-version", "content-type"),
    "content-transfer-encoding",
    *("from", "to", "subject"),
)
"""Those that are shown twice, the second time as missing: nobody can add one (RFC 6376 8.15)."""

_OF_ONE_CLICK = ("list-unsubscribe", "list-unsubscribe-post")


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail says. It prints nothing.

    reference    part of its Message-ID, the same at every try
    unsubscribe  an https address to which one POST refuses; None: there is none
    """

    to: Address
    subject: str
    body: str
    reference: str
    unsubscribe: str | None = None

    def __repr__(self) -> str:
        """Leave out to whom, and what."""
        return f"Mail({self.reference})"


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """From whom mails come, and who signs them; unsigned where nobody does.

    signers  each by a key of its own: many who receive mails know RSA alone (RFC 8463 5)
    """

    name: str
    address: str
    signers: tuple[Signer, ...] = ()

    @property
    def domain(self) -> str:
        """The domain of its address."""
        return self.address.rpartition("@")[2]


def composed(mail: Mail, sender: Sender, *, at: datetime) -> bytes:
    """Put a mail together, signed by each key, as it goes over the wire.

    Each signature stands for itself: whoever can read one of them needs no other.
    Source  RFC 5322; RFC 8058 3: both headers of one click are there and are signed
    """
    message = EmailMessage(_POLICY)
    message["From"] = Mailbox(sender.name, addr_spec=sender.address)
    message["To"] = mail.to.clear
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail.reference}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    names: tuple[str, ...] = _SIGNED
    if mail.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        names += _OF_ONE_CLICK
    message.set_content(mail.body)
    raw = message.as_bytes()
    values = [each.signature(raw, names, at=int(at.timestamp())) for each in sender.signers]
    lines = [f"DKIM-Signature: {each}\r\n".replace("; ", ";\r\n ").encode() for each in values]
    return b"".join(lines) + raw
