"""What anybody may hold of a process, on real sockets."""

import asyncio
from contextlib import AsyncExitStack, suppress
from functools import partial
from ipaddress import ip_network
from itertools import repeat

import pytest
from builders.door import OUR_BRAND, OUR_PROVIDER, a_door
from builders.heart import until
from builders.wire import Line, a_line, a_server

from izin.api.request import WHOLE_BODY
from izin.wiring.connection import OneWrite

CONSENTS = f"/sps/{OUR_PROVIDER}/brands/{OUR_BRAND}/consents"
PROBE = b"GET /healthz HTTP/1.1\r\nhost: izin\r\n\r\n"
HALF = b"GET /healthz HTTP/1.1\r\nhost: iz"
SOCKETS_HOLD = 64 * 1024 * 1024
"""More than the sockets' own buffers take while nobody reads."""


def a_post(*headers: str, body: bytes = b"{}") -> bytes:
    """A good call, with these headers besides."""
    lines = (f"POST {CONSENTS} HTTP/1.1", "host: izin", "authorization: Bearer good", *headers)
    return "\r\n".join((*lines, "", "")).encode() + body


async def asked(port: int, *pieces: bytes):
    async with a_line(port) as line:
        _, heard = await line.say_on(pieces)
        return heard


async def is_answered(port: int) -> bool:
    return (await asked(port, PROBE)).status == 200


# --- headers that do not end ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"GET / HTTP/1.1\r\nx: ", b"a" * 65_536),
        (b"GET / HTTP/1.1\r\n", b"a" * 65_536),
        (b"GET / HTTP/1.1\r\nx:", b" " * 65_536),
        (b"GET / HTTP/1.1\r\n", b"a:\r\n" * 10_000),
        (b"", b"\r\n" * 30_000),
        (a_post("transfer-encoding: chunked", body=b"0\r\nx: "), b"a" * 65_536),
        (a_post("transfer-encoding: chunked", body=b"0\r\n"), b"a:\r\n" * 10_000),
        (a_post("transfer-encoding: chunked", body=b"1;"), b"a" * 65_536),
    ],
    ids=["value", "name", "blanks", "fields", "lines", "trailer", "trailers", "chunk extension"],
)
async def test_a_header_that_does_not_end_is_refused(start, piece):
    async with a_server(a_door()) as port, a_line(port) as line:
        await line.say(start)
        taken, heard = await line.say_on(repeat(piece, 2500))
        assert taken < SOCKETS_HOLD, "it would have taken 150 MiB"
        assert (heard.status, heard.codes) == (431, ["IZ012"])
        assert heard.headers["content-type"] == "application/json"
        assert heard.headers["cache-control"] == "no-store"
        assert heard.headers["connection"] == "close"
        assert (await asked(port, PROBE)).status == 200


@pytest.mark.parametrize(("count", "status"), [(98, 200), (99, 431)])
async def test_a_request_has_at_most_a_hundred_fields(count, status):
    fields = b"".join(b"x%d: y\r\n" % number for number in range(count))
    request = b"GET /healthz HTTP/1.1\r\nhost: izin\r\nconnection: close\r\n" + fields + b"\r\n"
    async with a_server(a_door(), fields_max=100) as port:
        assert (await asked(port, request)).status == status


@pytest.mark.parametrize(("length", "status"), [(8 * 1024, 404), (8 * 1024 + 1, 414)])
@pytest.mark.parametrize("piece", [1000, 100_000], ids=["in pieces", "at once"])
async def test_an_address_is_at_most_8_kib_long(length, status, piece):
    request = b"GET /" + b"a" * (length - 1) + b" HTTP/1.1\r\nhost: izin\r\n\r\n"
    pieces = [request[at : at + piece] for at in range(0, len(request), piece)]
    async with a_server(a_door()) as port:
        heard = await asked(port, *pieces)
    assert heard.status == status
    assert heard.codes == (["IZ013"] if status == 414 else ["IZ002"])


async def test_people_are_told_so_on_a_page():
    request = b"GET /" + b"a" * 8 * 1024 + b" HTTP/1.1\r\nhost: izin\r\n\r\n"
    async with a_server(a_door(), is_for_people=True) as port:
        heard = await asked(port, request)
    assert (heard.status, heard.headers["content-type"]) == (414, "text/html; charset=utf-8")
    assert heard.headers["content-security-policy"].startswith("default-src 'none'")
    page = heard.body.decode()
    assert "Adres çok uzun" in page
    assert "The address is too long" in page
    assert "IZ013" in page


async def test_a_large_header_within_the_bound_is_read():
    fields = b"".join(b"x%02d: %b\r\n" % (number, b"y" * 1000) for number in range(30))
    async with a_server(a_door()) as port:
        heard = await asked(port, b"GET /healthz HTTP/1.1\r\nhost: izin\r\n" + fields + b"\r\n")
    assert heard.status == 200


# --- what is no HTTP --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        a_post("content-length: 2", "content-length: 3"),
        a_post("content-length: 2", "transfer-encoding: chunked", body=b"0\r\n\r\n"),
        a_post("transfer-encoding: chunked", body=b"zz\r\n"),
        a_post("no colon"),
        b"GET http://[ HTTP/1.1\r\nhost: izin\r\n\r\n",
        b"GET /\xc4\xb0 HTTP/1.1\r\nhost: izin\r\n\r\n",
        b"CONNECT izin:443 HTTP/1.1\r\nhost: izin\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_cannot_be_read_as_http_is_refused_in_the_shape_of_refusals(request_):
    async with a_server(a_door()) as port, a_line(port) as line:
        await line.say(request_)
        heard = await line.hear()
        assert (heard.status, heard.codes) == (400, ["IZ014"])
        assert heard.headers["content-type"] == "application/json"
        assert await line.is_closed()


async def test_a_wish_for_another_protocol_is_not_granted_and_the_call_answered():
    upgrade = ("connection: upgrade, http2-settings", "upgrade: h2c", "http2-settings: AAMAAABk")
    async with a_server(a_door()) as port, a_line(port) as line:
        await line.say(PROBE[:-2] + "\r\n".join((*upgrade, "", "")).encode())
        assert (await line.hear()).status == 200
        await line.say(PROBE)
        assert (await line.hear()).status == 200


@pytest.mark.parametrize("broken", [b"nonsense\r\n\r\n", b"\x00", HALF + b"\x00"])
async def test_a_broken_request_does_not_take_the_answer_of_the_one_before(broken):
    async with a_server(a_door()) as port, a_line(port) as line:
        await line.say(a_post("content-length: 2") + broken)
        assert (await line.hear()).status == 200
        assert await line.is_closed()


# --- bodies -----------------------------------------------------------------------------------


async def test_the_door_is_told_whether_a_body_is_there_when_its_work_begins():
    told = []

    async def app(scope, receive, send):
        told.append(WHOLE_BODY in scope.get("extensions", ()))
        while (await receive())["more_body"]:
            pass
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def is_begun() -> bool:
        return len(told) == 3

    whole = a_post("content-length: 2")
    async with a_server(app) as port, a_line(port) as line:
        for request in (whole, a_post("transfer-encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n")):
            await line.say(request)
            assert (await line.hear()).status == 200
        await line.say(whole[:-1])
        await until(is_begun)
        await line.say(whole[-1:])
        assert (await line.hear()).status == 200
    assert told == [True, True, False]


async def test_a_body_that_comes_too_slowly_is_given_up():
    async with a_server(a_door(body_s_max=0.05)) as port, a_line(port) as line:
        await line.say(a_post("content-length: 3"))
        heard = await line.hear()
    assert (heard.status, heard.codes) == (408, ["IZ009"])


# --- answers ----------------------------------------------------------------------------------


class Sent(asyncio.Transport):
    """A transport that keeps what is done to it."""

    def __init__(self) -> None:
        super().__init__()
        self.done = []

    def write(self, data):
        self.done.append(data)

    def write_eof(self):
        self.done.append("eof")

    def close(self):
        self.done.append("close")

    abort = close

    def is_closing(self):
        return "close" in self.done


@pytest.mark.parametrize(
    ("end", "sent"),
    [
        (None, [b"head and body"]),
        ("write_eof", [b"head and body", "eof"]),
        ("close", [b"head and body", "close"]),
        ("abort", ["close"]),
    ],
)
async def test_head_and_body_of_an_answer_are_sent_in_one_piece(end, sent):
    transport = Sent()
    one = OneWrite(transport, asyncio.get_running_loop())
    one.write(b"head ")
    one.write(b"and body")
    assert transport.done == []
    if end is not None:
        getattr(one, end)()
    await asyncio.sleep(0)  # the turn of the loop in which it was written
    assert transport.done == sent


# --- slow and idle clients --------------------------------------------------------------------


async def test_a_header_that_comes_too_slowly_is_given_up():
    async with a_server(a_door(), head_s_max=0.2) as port, a_line(port) as line:
        await line.say(b"GET /healthz HTTP/1.1\r\n")

        async def drip():
            for _ in range(100):
                await line.say(b"x: y\r\n")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        heard = await line.hear()
        dripping.cancel()
        assert (heard.status, heard.codes) == (408, ["IZ009"])


@pytest.mark.parametrize("said", [b"", b"\r\n"], ids=["nothing", "an empty line"])
async def test_whoever_says_nothing_is_hung_up_on(said):
    async with a_server(a_door(), head_s_max=0.1) as port, a_line(port) as line:
        await line.say(said)
        assert await line.is_closed()


async def test_an_answered_client_is_hung_up_on_when_it_idles():
    async with a_server(a_door(), idle_s_max=1) as port, a_line(port) as line:
        await line.say(PROBE)
        assert (await line.hear()).status == 200
        assert await line.is_closed()


async def test_a_second_header_has_its_time_as_the_first_had():
    async with a_server(a_door(), head_s_max=0.3) as port, a_line(port) as line:
        for _ in range(4):
            await line.say(PROBE[:10])
            await asyncio.sleep(0.1)
            await line.say(PROBE[10:])
            assert (await line.hear()).status == 200
        await line.say(HALF)
        assert (await line.hear()).status == 408


async def test_an_answered_call_cannot_go_on_with_its_body_for_ever():
    bounds = {"head_s_max": 0.3, "idle_s_max": 1}
    async with a_server(a_door(), **bounds) as port, a_line(port) as line:
        await line.say(
            b"POST "
            + CONSENTS.encode()
            + b" HTTP/1.1\r\nhost: izin\r\ncontent-length: 4000\r\n\r\n"
        )
        assert (await line.hear()).codes == ["H351"]
        assert await line.is_closed()


async def test_answers_that_nobody_reads_are_not_kept_for_ever():
    app = a_door()
    many = b"GET /openapi.json HTTP/1.1\r\nhost: izin\r\n\r\n" * 8
    bounds = {"unread_s_max": 0.2, "per_client_max": 1, "pipelined_max": 100_000}
    async with a_server(app, **bounds) as port, a_line(port) as line:
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(2):
                await line.say(many * 500)
        await until(partial(is_answered, port))


# --- many connections -------------------------------------------------------------------------


async def lines(stack: AsyncExitStack, port: int, count: int) -> list[Line]:
    return [await stack.enter_async_context(a_line(port)) for _ in range(count)]


async def refused(line: Line) -> bool:
    """Was the connection answered 503 and closed?"""
    heard = await line.hear()
    assert (heard.status, heard.codes) == (503, ["H192"])
    assert heard.headers["retry-after"] == "1"
    return await line.is_closed()


async def test_one_address_holds_so_many_connections_and_no_more():
    async with a_server(a_door(), per_client_max=3) as port, AsyncExitStack() as stack:
        first, *others = await lines(stack, port, 3)
        for line in (first, *others):
            await line.say(HALF)
        async with a_line(port) as fourth:
            assert await refused(fourth)
        first.hang_up()
        await until(partial(is_answered, port))


async def test_behind_a_proxy_of_ours_connections_count_in_all_only():
    ours = (ip_network("127.0.0.0/8"),)
    bounds = {"per_client_max": 1, "connections_max": 3}
    async with a_server(a_door(), trusted=ours, **bounds) as port, AsyncExitStack() as stack:
        for line in await lines(stack, port, 3):
            await line.say(PROBE)
            assert (await line.hear()).status == 200
        async with a_line(port) as fourth:
            assert await refused(fourth)


async def test_sockets_with_half_a_header_make_room_by_themselves():
    bounds = {"connections_max": 50, "head_s_max": 0.3}
    async with a_server(a_door(), **bounds) as port, AsyncExitStack() as stack:
        for line in await lines(stack, port, 50):
            await line.say(HALF)
        await until(partial(is_answered, port))


async def test_requests_sent_ahead_are_answered_in_order_and_bounded():
    async with a_server(a_door(), pipelined_max=4) as port:
        async with a_line(port) as line:
            await line.say(PROBE * 4)
            assert [(await line.hear()).status for _ in range(4)] == [200] * 4
        async with a_line(port) as line:
            await line.say(PROBE * 100)
            assert await line.is_closed()
