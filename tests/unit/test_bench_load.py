"""The benchmark's client: it counts whole answers, and takes no other for the one it measures."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import repeat

import pytest

from izin.cli.bench.load import AnswerError, Client, Timing, request

Parts = list[bytes]


def an_answer(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def answering(answer: Callable[[bytes], Parts]) -> AsyncIterator[int]:
    """A server that answers each request with parts, each sent by itself."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                for part in answer(head):
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()

    handlers: set[asyncio.Task[None] | None] = set()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*(each for each in handlers if each))


def in_pieces(text: bytes) -> Parts:
    return [text[at : at + 7] for at in range(0, len(text), 7)]


async def test_an_answer_in_pieces_is_one_answer():
    async with (
        answering(lambda _: in_pieces(an_answer(b"x" * 40))) as port,
        Client(port, 1) as client,
    ):
        assert await client.ask(request("GET", "/")) == b"x" * 40


async def test_every_request_is_sent_once_over_all_connections():
    seen: list[bytes] = []

    def answer(head: bytes) -> Parts:
        seen.append(head.split(b" ")[1])
        return [an_answer(b"")]

    calls = [request("GET", f"/{number}") for number in range(50)]
    async with answering(answer) as port, Client(port, 8) as client:
        timing = await client.run(iter(calls))
    assert sorted(seen) == sorted(f"/{number}".encode() for number in range(50))
    assert len(timing.call_s) == 50
    assert timing.call_s == sorted(timing.call_s)


async def test_a_steady_pace_sends_everything_and_hears_each_answer():
    heard: list[bytes] = []
    async with answering(lambda _: [an_answer(b"yes")]) as port, Client(port, 2) as client:
        timing = await client.pace(
            repeat(request("GET", "/"), 20), 2000, heard=lambda body, _: heard.append(body)
        )
    assert heard == [b"yes"] * 20
    assert len(timing.call_s) == 20


@pytest.mark.parametrize("status", ["503 Service Unavailable", "404 Not Found"])
async def test_another_answer_than_the_one_that_is_measured_ends_the_run(status):
    async with answering(lambda _: [an_answer(b"", status)]) as port, Client(port, 1) as client:
        with pytest.raises(AnswerError, match=status):
            await client.ask(request("GET", "/"))


async def test_a_line_that_the_server_closed_meanwhile_is_connected_anew():
    answered = 0

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        await reader.readuntil(b"\r\n\r\n")
        answered += 1
        writer.write(an_answer(b"yes"))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer_once, "127.0.0.1", 0)
    async with server, Client(server.sockets[0].getsockname()[1], 1) as client:
        for _ in range(2):
            assert await client.ask(request("GET", "/")) == b"yes"
            await client._lines[0].lost
    assert answered == 2


async def test_an_answer_without_a_body_is_an_answer():
    async with (
        answering(lambda _: [b"HTTP/1.1 204 No Content\r\n\r\n"]) as port,
        Client(port, 1) as client,
    ):
        assert await client.ask(request("GET", "/"), status=b"20") == b""


def test_a_percentile_is_the_time_within_which_that_share_was_answered():
    timing = Timing(seconds=2, call_s=[number / 1000 for number in range(100)])
    assert timing.percentile_ms(0.5) == 50
    assert timing.percentile_ms(0.99) == 99
    assert timing.percentile_ms(1) == 99
    assert timing.per_second == 50


def test_a_request_is_whole():
    assert request("POST", "/a", token="t", body=b"{}") == (
        b"POST /a HTTP/1.1\r\nhost: izin.example\r\nauthorization: Bearer t\r\n"
        b"content-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
    )
