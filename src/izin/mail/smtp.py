"""A mail is handed to a mail server, over TLS where it is not this machine's own."""

from datetime import datetime
from ssl import SSLError
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec

from izin.core.errors import (
    NotThisOneError,
    StartRefusedError,
    UnavailableError,
    UndeliverableError,
)
from izin.mail.compose import Mail, Sender, composed

TIMEOUT_S = 10.0
_PORTS = {"smtp": 587, "smtps": 465}
_OWN = ("localhost", "127.0.0.1", "::1")
_GIVEN_UP_FROM, _LEAVES = 500, 421
_ABOUT_US = (
    aiosmtplib.SMTPConnectResponseError,
    aiosmtplib.SMTPHeloError,
    aiosmtplib.SMTPAuthenticationError,
    aiosmtplib.SMTPSenderRefused,
)
"""However final it sounds, it says nothing of a message: another server, or a later try, may."""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where a mail server is, and how one signs in there. It prints no password."""

    host: str
    port: int
    is_tls: bool
    username: str | None
    password: str | None

    @property
    def is_own(self) -> bool:
        """Is it on this machine, so that nothing goes over a network?"""
        return self.host in _OWN

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"Server({self.host}:{self.port})"


def server_at(url: str) -> Server:
    """Read ``smtp://user:password@host:587``; ``smtps`` speaks TLS from the first byte.

    Raises  StartRefusedError, which repeats nothing of it: it may hold a password
    """
    refused = StartRefusedError("A mail server's address is smtp://user:password@host:port.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise refused from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise refused
    return Server(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        is_tls=parts.scheme == "smtps",
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


async def hand_over(server: Server, sender: Sender, mail: Mail, *, at: datetime) -> None:
    """Hand a mail to a server.

    Raises  UnavailableError: not reached, or not now, or it does not want us · NotThisOneError:
            not for this recipient now · UndeliverableError: the server will never take it; with
            the server's code alone, for its words may repeat the address
    """
    try:
        await aiosmtplib.send(
            composed(mail, sender, at=at),
            sender=sender.address,
            recipients=[mail.to.clear],
            hostname=server.host,
            port=server.port,
            use_tls=server.is_tls,
            start_tls=None if server.is_own else not server.is_tls,
            username=server.username,
            password=server.password,
            timeout=TIMEOUT_S,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        [code] = [each.code for each in error.recipients]
        raise _of_recipient(code) from None
    except _ABOUT_US as error:
        raise UnavailableError(f"the mail server does not want us: {error.code}") from None
    except aiosmtplib.SMTPResponseException as error:
        raise _of_code(error.code) from None
    except (aiosmtplib.SMTPException, OSError, SSLError) as error:
        raise UnavailableError(f"the mail server: {type(error).__name__}") from None


def _of_recipient(code: int) -> Exception:
    if code < _GIVEN_UP_FROM and code != _LEAVES:  # a full mailbox, or one that greylists
        return NotThisOneError(f"the mail server answered {code} of a recipient")
    return _of_code(code)


def _of_code(code: int) -> Exception:
    if code >= _GIVEN_UP_FROM:
        return UndeliverableError(f"SMTP {code}")
    return UnavailableError(f"the mail server answered {code}")
