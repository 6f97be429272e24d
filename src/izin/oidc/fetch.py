"""Bounded calls to a server that somebody else has named: never a way into our own network.

Each name is looked up here and the very address that was looked at is called, so that a name which
answers otherwise a moment later leads nowhere. No redirect is followed.
"""

import asyncio
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore2

from izin.oidc.model import Fault, NotSignedInError

SECONDS_MAX = 5.0
BYTES_MAX = 256 * 1024
_OK = 200
_CALLERS_FAULT = range(400, 500)
_TIMEOUTS = {"connect": 3.0, "read": SECONDS_MAX, "write": 3.0, "pool": 3.0}

Reachable = Callable[[str], bool]


_UNICAST = ipaddress.ip_network("2000::/3")  # no NAT64 nor another place for an IPv4 address
_6TO4 = ipaddress.ip_network("2002::/16")


def is_public(address: str) -> bool:
    """Is this an address of the internet, and of nobody's own network?

    Source  IANA's registry of IPv6 address space; RFC 6052, RFC 7526
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None and (found not in _UNICAST or found in _6TO4):
            return False
        found = found.ipv4_mapped or found
    return found.is_global and not found.is_multicast


class _Backend(httpcore2.AnyIOBackend):
    """Connects to addresses that may be reached, and to the one that was looked at."""

    def __init__(self, may_reach: Reachable) -> None:
        super().__init__()
        self._may_reach = may_reach

    async def connect_tcp(
        self, host: str, port: int, *args: Any, **kwargs: Any
    ) -> httpcore2.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        if not addresses or not all(map(self._may_reach, addresses)):
            raise httpcore2.ConnectError("an address that is not called")
        return await super().connect_tcp(addresses[0], port, *args, **kwargs)


@cache
def _believed_here() -> ssl.SSLContext:
    """The machine's certificates, read once a process: it takes 30 ms."""
    return ssl.create_default_context()


class Fetch:
    """Calls with a bound on time and size."""

    def __init__(
        self,
        *,
        may_reach: Reachable = is_public,
        schemes: Iterable[str] = ("https",),
        seconds: float = SECONDS_MAX,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Take which addresses and schemes are called; tests call their own machine.

        Takes   tls: whose certificates are believed; None: the machine's
        """
        self._may_reach = may_reach
        self._schemes = frozenset(schemes)
        self._seconds = seconds
        self._tls = tls or _believed_here()

    def is_fit(self, url: object) -> bool:
        """May this be called at all, whatever its name leads to?"""
        if not isinstance(url, str):
            return False
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            return False
        is_plain = parts.username is None and parts.password is None and not parts.fragment
        return parts.scheme in self._schemes and bool(parts.hostname) and is_plain

    async def document(self, url: str, *, form: str | None = None, basic: str = "") -> Any:
        """Give the JSON of an answer 200.

        Takes   form: what is posted, encoded; None: it is asked for · basic: an Authorization
        Raises  NotSignedInError AWAY: not reached, too slow, too long, no JSON, another status;
                REFUSED: what was sent is not taken
        """
        headers = [("accept", "application/json")]
        if form is not None:
            headers.append(("content-type", "application/x-www-form-urlencoded"))
        if basic:
            headers.append(("authorization", basic))
        method = "GET" if form is None else "POST"
        content = None if form is None else form.encode()
        try:
            async with asyncio.timeout(self._seconds):
                raw = await self._body(method, url, headers, content)
        except (OSError, ValueError, TimeoutError) as error:
            raise NotSignedInError(Fault.AWAY) from error
        except (
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.TimeoutException,
            httpcore2.UnsupportedProtocol,
        ) as error:
            raise NotSignedInError(Fault.AWAY) from error
        return _read(raw)

    async def _body(
        self, method: str, url: str, headers: list[tuple[str, str]], content: bytes | None
    ) -> bytes:
        if not self.is_fit(url):
            raise NotSignedInError(Fault.AWAY)
        backend = _Backend(self._may_reach)
        body = bytearray()
        async with (
            httpcore2.AsyncConnectionPool(
                ssl_context=self._tls, network_backend=backend, max_connections=1
            ) as pool,
            pool.stream(
                method, url, headers=headers, content=content, extensions={"timeout": _TIMEOUTS}
            ) as answer,
        ):
            if answer.status in _CALLERS_FAULT:
                raise NotSignedInError(Fault.REFUSED)
            if answer.status != _OK:
                raise NotSignedInError(Fault.AWAY)
            async for part in answer.aiter_stream():
                body += part
                if len(body) > BYTES_MAX:
                    raise NotSignedInError(Fault.AWAY)
        return bytes(body)


def _read(raw: bytes) -> Any:
    """Read JSON. Raised outside: a decoder's own exception keeps the text, which tells of whom."""
    with suppress(ValueError, RecursionError):
        return json.loads(raw)
    raise NotSignedInError(Fault.AWAY)
