"""The door behind a real server on a real socket, and a client that may send anything."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from izin.api.client import Network
from izin.wiring.connection import ConnectionBounds
from izin.wiring.server import server_of

WAIT_S = 20


class Heard(msgspec.Struct, frozen=True):
    """What came back before the server closed, or the first answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def codes(self) -> list[str]:
        """Codes of the errors."""
        return [each["code"] for each in json.loads(self.body)["errors"]]


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, data: bytes) -> None:
        """Send these bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def say_on(self, pieces: Iterable[bytes]) -> tuple[int, Heard]:
        """Send until there is an answer. Gives how many bytes were taken until then, and it."""
        answer = asyncio.create_task(self.hear())
        taken = 0
        with suppress(ConnectionError):
            for piece in pieces:
                if answer.done():
                    break
                await self.say(piece)
                taken += len(piece)
                await asyncio.sleep(0)  # a fast server leaves no other moment to listen
        return taken, await answer

    async def hear(self) -> Heard:
        """Wait for one answer."""
        async with asyncio.timeout(WAIT_S):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        return Heard(int(first.split()[1]), headers, body)

    async def is_closed(self) -> bool:
        """Wait for the server to close; anything it still says is too much."""
        async with asyncio.timeout(WAIT_S):
            try:
                return await self._reader.read(1) == b""
            except ConnectionError:
                return True

    def hang_up(self) -> None:
        """Leave."""
        self._writer.close()


@asynccontextmanager
async def a_line(port: int) -> AsyncIterator[Line]:
    """Connect, and leave in the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()


@asynccontextmanager
async def a_server(
    app: Any, *, trusted: tuple[Network, ...] = (), **bounds: Any
) -> AsyncIterator[int]:
    """Serve the application; gives the port."""
    server = server_of(app, bounds=ConnectionBounds(**bounds), trusted=trusted, drain_s=1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await running
