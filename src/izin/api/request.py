"""What the door reads of an ASGI request: eight headers, the body up to a bound, the query."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from izin.access.model import Shown
from izin.api.client import Network, client_of, is_of_proxy
from izin.core.errors import RefusalError, Refused
from izin.i18n.catalogue import Language, language_of

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

_WANTED: Final = frozenset(
    (
        b"authorization",
        b"accept-language",
        b"content-length",
        b"content-encoding",
        b"x-forwarded-for",
        b"dpop",
        b"client-cert",
        b"origin",
    )
)
WHOLE_BODY: Final = "izin.whole_body"
"""The extension of the scope by which the server says that nothing of the body is outstanding."""

_PARAMETERS_MAX = 32
_LENGTH_DIGITS_MAX = 15
_ENCODINGS_OF_NOTHING = ("", "identity")


class ClientGoneError(Exception):
    """The caller left before its body was whole: nobody is there to be answered."""


class Request:
    """One request as far as the door needs it."""

    __slots__ = (
        *("_headers", "_receive", "_scope", "_trusted"),
        *("client", "declared_bytes", "language"),
    )

    def __init__(self, scope: Scope, receive: Receive, trusted: Sequence[Network]) -> None:
        """Read the headers; a header that stands twice counts as unreadable and is left out."""
        self._receive = receive
        self._scope = scope
        self._trusted = trusted
        self._headers = _headers(scope["headers"])
        self.declared_bytes = _declared(self._headers.get(b"content-length", ""))
        self.language: Language = language_of(self._headers.get(b"accept-language"))
        self.client: str = client_of(scope, self._headers.get(b"x-forwarded-for"), trusted)

    @property
    def authorization(self) -> str | None:
        """The Authorization header, if it stands once."""
        return self._headers.get(b"authorization")

    @property
    def origin(self) -> str:
        """Of which page a browser says that it calls; empty where it says nothing."""
        return self._headers.get(b"origin", "")

    def shown(self) -> Shown:
        """What the call shows beside its token; a certificate only by our own proxies."""
        is_believed = is_of_proxy(self._scope, self._trusted)
        return Shown(
            method=self._scope["method"],
            path=self._scope["path"],
            proof=self._headers.get(b"dpop"),
            certificate=self._headers.get(b"client-cert") if is_believed else None,
        )

    @property
    def is_packed(self) -> bool:
        """Is the body under a Content-Encoding, so that its size says nothing?"""
        return self._headers.get(b"content-encoding", "").strip() not in _ENCODINGS_OF_NOTHING

    async def read(self, max_bytes: int, *, seconds: float) -> bytes:
        """Take the body in.

        Raises  RefusalError IZ001 past `max_bytes`, IZ009 past `seconds` · ClientGoneError
        """
        if WHOLE_BODY in self._scope.get("extensions", ()):
            return await self._collect(max_bytes)  # a clock for nothing costs as much as the JSON
        try:
            async with asyncio.timeout(seconds):
                return await self._collect(max_bytes)
        except TimeoutError:
            raise RefusalError(Refused(code="IZ009")) from None

    async def _collect(self, max_bytes: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > max_bytes:
                raise too_large(max_bytes)
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)

    def query(self) -> dict[str, str]:
        """Read the query parameters.

        Raises  RefusalError IZ005: one that stands twice, bytes that are not UTF-8, more than 32
        """
        query_string: bytes = self._scope["query_string"]
        if not query_string:
            return {}
        try:
            pairs = parse_qsl(
                query_string.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=_PARAMETERS_MAX,
            )
        except ValueError:
            raise RefusalError(Refused(code="IZ005")) from None
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise RefusalError(Refused(code="IZ005", location=(twice,)))
        return found


def too_large(max_bytes: int) -> RefusalError:
    """The refusal of a body past its bound."""
    return RefusalError(Refused(code="IZ001", facts=(("max_bytes", str(max_bytes)),)))


def _declared(text: str) -> int | None:
    """Read the length that a caller announces; None if he sends without saying."""
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text) if len(text) <= _LENGTH_DIGITS_MAX else 10**_LENGTH_DIGITS_MAX


def _headers(pairs: Sequence[tuple[bytes, bytes]]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    twice: list[bytes] = []
    for name, value in pairs:
        if name in _WANTED:
            if name in found:
                twice.append(name)
            found[name] = value.decode("latin-1")
    for name in twice:
        found.pop(name, None)
    return found
