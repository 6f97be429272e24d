"""Either end of an SMPP connection by hand: it says what no sound end would say."""

import asyncio
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

HEADER = struct.Struct("!IIII")
BIND, BIND_RECEIVER, BIND_TRANSMITTER = 0x09, 0x01, 0x02
SUBMIT, DELIVER, ENQUIRE, UNBIND, NACK = 0x04, 0x05, 0x15, 0x06, 0x8000_0000
RESPONSE = 0x8000_0000
UNKNOWN, DATA_SM = 0x7777, 0x103
LENGTH_WRONG, COMMAND_WRONG, NOT_BOUND = 2, 3, 4

Pdu = tuple[int, int, int, bytes]


def pdu(command: int, sequence: int = 1, *, status: int = 0, body: bytes = b"") -> bytes:
    return HEADER.pack(16 + len(body), command, status, sequence) + body


def bind(system_id: str, password: str, command: int = BIND) -> bytes:
    body = f"{system_id}\0{password}\0\0".encode() + b"\x34\0\0\0"
    return pdu(command, body=body)


BROKEN_LENGTHS = {
    "no length": HEADER.pack(0, SUBMIT, 0, 1),
    "shorter than its head": HEADER.pack(15, SUBMIT, 0, 1),
    "two gigabytes": HEADER.pack(2**31, SUBMIT, 0, 1),
    "four gigabytes": HEADER.pack(2**32 - 1, SUBMIT, 0, 1),
    "a byte too long": HEADER.pack(70_001, SUBMIT, 0, 1),
    "another protocol": b"GET / HTTP/1.1\r\nHost: operator.example\r\n\r\n",
}


class Raw:
    """An open connection."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, octets: bytes) -> None:
        self._writer.write(octets)
        await self._writer.drain()

    async def receive(self) -> Pdu:
        """The next PDU; EOFError where there is none any more."""
        async with asyncio.timeout(10):
            length, command, status, sequence = HEADER.unpack(await self._reader.readexactly(16))
            return command, status, sequence, await self._reader.readexactly(length - 16)

    async def next_of(self, command: int) -> Pdu:
        while (found := await self.receive())[0] != command:
            pass
        return found

    async def is_at_its_end(self) -> bool:
        async with asyncio.timeout(10):
            try:
                return await self._reader.read() == b""
            except ConnectionError:
                return True

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


@asynccontextmanager
async def raw_client(port: int) -> AsyncIterator[Raw]:
    raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield raw
    finally:
        await raw.close()


Talk = Callable[[Raw], Awaitable[None]]


class RawOperator:
    """Takes every bind, then does what it was given to do, once a connection."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.bound_count = 0
        self.port = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        raw = Raw(reader, writer)
        try:
            _, _, sequence, _ = await raw.next_of(BIND)
            await raw.send(pdu(BIND | RESPONSE, sequence, body=b"raw\0"))
            self.bound_count += 1
            await self._talk(raw)
        except (EOFError, OSError):
            pass
        finally:
            await raw.close()


@asynccontextmanager
async def raw_operator(talk: Talk) -> AsyncIterator[RawOperator]:
    found = RawOperator(talk)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: StreamReader, writer: StreamWriter) -> None:
        tasks.add(asyncio.create_task(found.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def go_on(raw: Raw) -> None:
    """Answer as a sound operator does, until the end."""
    while True:
        command, _, sequence, _ = await raw.receive()
        if not command & RESPONSE:
            await raw.send(pdu(command | RESPONSE, sequence, body=b"id\0"))
