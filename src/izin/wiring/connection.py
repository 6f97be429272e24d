"""One connection: what anybody may hold of a process before it is known who he is.

The parser below collects a header for as long as one comes. Here its bytes, fields and seconds are
bounded, connections are counted, and what is no HTTP is refused in the shape of all refusals.
"""

from asyncio import AbstractEventLoop, TimerHandle, Transport
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from izin.api import problems
from izin.api.app import headers_of
from izin.api.client import Network, peer_of
from izin.api.endpoint import encoded
from izin.api.operation import Answer
from izin.api.request import WHOLE_BODY
from izin.core.errors import RefusalError, Refused, UnavailableError
from izin.i18n.catalogue import language_of
from izin.wiring.accepting import Share
from izin.wiring.last_page import last_page

_SLICE = 16 * 1024
_LINGER_S = 2.0
_LINGER_BYTES = 16 * 1024 * 1024  # more than sockets hold
_LANGUAGE = language_of(None)  # it stands in a header that was not read


class ConnectionBounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one process bears.

    head_bytes_max    of a request's header; and of what stands between pieces of a body. Bytes are
                      counted by reads, so up to 16 KiB more may come
    fields_max        of a header · target_bytes_max  of path and query
    head_s_max        from a header's first byte to its last; for a first header from the connect
    unread_s_max      how long answers wait for a reader
    idle_s_max        between an answer and the next request
    pipelined_max     requests that are sent before the first of them is answered
    connections_max   open at a time · per_client_max  of them from one network address
    is_for_people     whether who is refused sees a page
    """

    head_bytes_max: int = 32 * 1024
    fields_max: int = 100
    target_bytes_max: int = 8 * 1024
    head_s_max: float = 10.0
    unread_s_max: float = 20.0
    idle_s_max: int = 5
    pipelined_max: int = 16
    connections_max: int = 1000
    per_client_max: int = 250
    is_for_people: bool = False


class Counted:
    """The connections of a process, in all and by client."""

    def __init__(self, bounds: ConnectionBounds, trusted: Sequence[Network]) -> None:
        """Take networks of our own proxies: theirs count in all only."""
        self._bounds = bounds
        self._trusted = trusted
        self._by_client: Counter[str] = Counter()
        self._open = 0

    def enter(self, address: str | None) -> str | None:
        """Count one more. Gives who is counted, for `leave`; None if there is no place."""
        client = peer_of(address, self._trusted)
        is_full = self._open >= self._bounds.connections_max
        if is_full or (client and self._by_client[client] >= self._bounds.per_client_max):
            return None
        self._open += 1
        if client:
            self._by_client[client] += 1
        return client

    def leave(self, client: str) -> None:
        """Count one less."""
        self._open -= 1
        if client:
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]


class OneWrite:
    """A transport that sends what one turn of the loop writes in one piece.

    The server writes the head of an answer and its body apart, and each write is a call of the
    kernel and a packet of its own.
    """

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        """Take the real one."""
        self._transport = transport
        self._loop = loop
        self._written: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        """All else is the real one's."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send it at the end of this turn."""
        if not self._written:
            self._loop.call_soon(self._flush)
        self._written.append(data)

    def write_eof(self) -> None:
        """Send what was written, and nothing after it."""
        self._flush()
        self._transport.write_eof()

    def close(self) -> None:
        """Send what was written, and end."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        written, self._written = self._written, []
        if written and not self._transport.is_closing():
            self._transport.write(b"".join(written))


class Connection(HttpToolsProtocol):
    """uvicorn's own, with bounds; `bounded` makes a class that has them."""

    bounds: ConnectionBounds
    counted: Counted
    share: Share

    _client: str | None = None
    _deadline: TimerHandle | None = None
    _unread: TimerHandle | None = None
    _is_moving = False
    _is_over = False
    _silent_bytes = 0
    _why = "IZ014"

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn
        """Take a place, or say that there is none."""
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type] # it has all of it
        self.url, self.headers = b"", []  # uvicorn has none before a request begins
        self._client = self.counted.enter(self.client[0] if self.client else None)
        if self._client is None:
            self._is_over = True
            self._say(problems.unavailable(UnavailableError("connections"), _LANGUAGE))
            self._end()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._stop_waiting()
        self._stop_unread()
        super().connection_lost(exc)
        self.share.give_back()
        if self._client is not None:
            self.counted.leave(self._client)

    def data_received(self, data: bytes) -> None:
        """Hand on what came, in pieces small enough to be counted."""
        self._unset_keepalive_if_required()
        if len(data) <= _SLICE:
            self._feed(data)
        else:
            for at in range(0, len(data), _SLICE):
                self._feed(data[at : at + _SLICE])

    def _feed(self, data: bytes) -> None:
        if self._is_over:
            self._silent_bytes += len(data)
            if self._silent_bytes > _LINGER_BYTES:
                self.transport.abort()
            return
        self._is_moving = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # answered as if it had not been wished
        except httptools.HttpParserError:
            self._refuse(self._why)
            return
        cycle = self.cycle
        if cycle is None or cycle.response_complete or not self._is_moving or self._is_in_head():
            self._count(len(data))

    def _count(self, size: int) -> None:
        """Nothing is at work, or what came moved nothing on: it may not go on for ever."""
        self._silent_bytes += 0 if self._is_moving and not self._is_in_head() else size
        if self._is_too_much():
            self._refuse(self._why)
        elif self.cycle is None or self.cycle.response_complete or self._is_in_head():
            self._wait()
            if self.cycle is not None and self.cycle.response_complete:
                self.cycle.body.clear()  # it was answered without

    def _is_in_head(self) -> bool:
        """Has a request begun whose header is not whole?"""
        return self.scope is not None and "raw_path" not in self.scope

    def _is_too_much(self) -> bool:
        if len(self.url) > self.bounds.target_bytes_max:
            self._why = "IZ013"
            return True
        is_long = self._silent_bytes > self.bounds.head_bytes_max
        if is_long or len(self.headers) > self.bounds.fields_max:
            self._why = "IZ012"
            return True
        return False

    def on_headers_complete(self) -> None:
        """Begin the work, unless the header is too large."""
        if self._is_too_much():
            raise OverflowError
        super().on_headers_complete()
        self._is_moving = True
        self._silent_bytes = 0
        if self._deadline is not None:
            self._stop_waiting()
        if len(self.pipeline) > self.bounds.pipelined_max:
            raise OverflowError

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body in."""
        super().on_body(body)
        self._is_moving = True
        self._silent_bytes = 0

    def on_message_complete(self) -> None:
        """Tell the door that it need not wait for more."""
        super().on_message_complete()
        self.scope["extensions"] = {WHOLE_BODY: {}}

    def _wait(self) -> None:
        """Nothing is at work: the next header has to be whole in time."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.bounds.head_s_max, self._late)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self._is_in_head():
            self._refuse("IZ009")
        else:
            self._end()

    def _refuse(self, code: str) -> None:
        """Read nothing any more; answer if no other answer is under way on the connection."""
        self._is_over = True
        cycle = self.cycle
        if self.transport.is_closing():
            return
        if cycle is not None and not cycle.response_complete:
            if self._is_in_head():
                cycle.keep_alive = False  # those before it are answered, and then it ends
                return
            if cycle.response_started or self.pipeline:
                self._end()
                return
            cycle.disconnected = True  # what it asked for is not worked at any more
            cycle.waiting_for_100_continue = False
            cycle.message_event.set()
        if self.bounds.is_for_people:
            self._say(last_page(code))
        else:
            self._say(problems.refusal(RefusalError(Refused(code=code)), _LANGUAGE))
        self._linger()

    def _linger(self) -> None:
        """Close once the other side has: closing on bytes not read would take the answer back."""
        self._stop_waiting()
        self._silent_bytes = 0
        self.transport.write_eof()
        self._deadline = self.loop.call_later(_LINGER_S, self.transport.abort)

    def _end(self) -> None:
        """Close; an answer that nobody takes is not kept for ever."""
        self._stop_waiting()
        self.transport.close()
        self._deadline = self.loop.call_later(_LINGER_S, self.transport.abort)

    def timeout_keep_alive_handler(self) -> None:
        """End what idles."""
        self._end()

    def pause_writing(self) -> None:
        """Nobody takes the answers: wait for so long and no longer."""
        super().pause_writing()
        self._stop_unread()
        self._unread = self.loop.call_later(self.bounds.unread_s_max, self.transport.abort)

    def resume_writing(self) -> None:
        """Somebody does."""
        super().resume_writing()
        self._stop_unread()

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _say(self, found: Answer) -> None:
        """Write the connection's last answer."""
        answer = encoded(found)
        headers = (
            *self.server_state.default_headers,
            *headers_of(answer),
            (b"connection", b"close"),
        )
        head = b"".join(b"%b: %b\r\n" % each for each in headers)
        self.transport.write(STATUS_LINE[answer.status] + head + b"\r\n" + answer.body)


def bounded(bounds: ConnectionBounds, trusted: Sequence[Network], share: Share) -> type[Connection]:
    """Make a process's class of connections."""
    parts = {"bounds": bounds, "counted": Counted(bounds, trusted), "share": share}
    return type("BoundedConnection", (Connection,), parts)
