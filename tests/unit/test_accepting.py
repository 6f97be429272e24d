"""Which of several processes takes a connection."""

import asyncio
import errno
import socket
from contextlib import contextmanager

import pytest
from builders.heart import until

from izin.wiring.accepting import NOBODY, Acceptor, Share, Shares, common_memory


class Taken(asyncio.Protocol):
    """A connection of one process."""

    def __init__(self, share: Share, kept: list["Taken"]) -> None:
        self._share = share
        self._kept = kept

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._kept.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._kept.remove(self)
        self._share.give_back()


class Process:
    """What takes connections in one process; here all of them share a loop."""

    def __init__(self, shares: Shares, place: int, listening: socket.socket) -> None:
        self.share = Share(shares, place)
        self.kept: list[Taken] = []
        self.acceptor = Acceptor(listening, self.share, lambda: Taken(self.share, self.kept))


@contextmanager
def listening_on_a_port():
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening


def connect(listening: socket.socket, count: int) -> list[socket.socket]:
    """Connections that wait to be taken."""
    return [socket.create_connection(listening.getsockname()) for _ in range(count)]


async def until_taken(count: int, *processes: Process) -> list[int]:
    async def is_so() -> bool:
        return sum(len(each.kept) for each in processes) == count

    await until(is_so)
    return [len(each.kept) for each in processes]


async def end(processes: list[Process], clients: list[socket.socket]) -> None:
    for process in processes:
        await process.acceptor.stop()
    for client in clients:
        client.close()
    await until_taken(0, *processes)


@pytest.mark.parametrize("count", [2, 8, 30])
async def test_connections_that_come_at_once_are_shared_evenly(count):
    shares = Shares([NOBODY, NOBODY])
    with listening_on_a_port() as listening, listening.dup() as again:
        processes = [Process(shares, 0, listening), Process(shares, 1, again)]
        clients = connect(listening, count)
        for process in processes:
            process.acceptor.start()
        first, second = await until_taken(count, *processes)
        assert abs(first - second) <= 1 + count // 16
        await end(processes, clients)


async def test_what_a_busy_process_leaves_waiting_is_taken_by_another():
    shares = Shares([NOBODY, NOBODY])
    shares.tell(1, 0)  # it is there and has none, and never wakes
    with listening_on_a_port() as listening:
        process = Process(shares, 0, listening)
        process.acceptor.start()
        clients = connect(listening, 40)
        assert await until_taken(40, process) == [40]
        await end([process], clients)


async def test_nobody_waits_for_a_process_that_has_ended():
    shares = Shares([NOBODY, NOBODY])
    ended, living = Share(shares, 0), Share(shares, 1)
    ended.begin()
    living.take()
    assert living.is_large()
    shares.leave(0)
    assert not living.is_large()


async def test_connections_that_end_are_counted_no_more():
    shares = Shares([NOBODY, NOBODY])
    shares.tell(1, 1)
    with listening_on_a_port() as listening:
        process = Process(shares, 0, listening)
        process.acceptor.start()
        clients = connect(listening, 3)
        await until_taken(3, process)
        assert process.share.is_large()
        for client in clients:
            client.close()
        await until_taken(0, process)
        assert not process.share.is_large()
        assert shares.least() == 0
        await end([process], [])


class Listening:
    """A listening socket whose next calls fail."""

    def __init__(self, real: socket.socket, *failures: int) -> None:
        self._real = real
        self._failures = list(failures)

    def accept(self) -> tuple[socket.socket, object]:
        if self._failures:
            number = self._failures.pop(0)
            raise OSError(number, "as arranged")
        return self._real.accept()

    def fileno(self) -> int:
        return self._real.fileno()

    def settimeout(self, seconds: float) -> None:
        self._real.settimeout(seconds)


async def test_connections_wait_while_no_file_can_be_opened(caplog):
    shares = Shares.alone()
    with listening_on_a_port() as listening:
        process = Process(shares, 0, Listening(listening, errno.EMFILE, errno.ECONNABORTED))
        process.acceptor.start()
        clients = connect(listening, 2)
        assert await until_taken(2, process) == [2]
        assert "no connection can be taken: as arranged" in caplog.text
        await end([process], clients)


async def test_a_process_that_is_ending_is_not_waited_for_while_its_connections_end():
    shares = Shares([NOBODY, NOBODY])
    ending, living = Share(shares, 0), Share(shares, 1)
    for share in (ending, living):
        share.begin()
        share.take()
    ending.end()
    ending.give_back()
    assert not living.is_large()


def test_processes_see_each_other_s_counts():
    with common_memory(2) as descriptor:
        here, there = Shares.at(descriptor), Shares.at(descriptor)
        assert there.least() == NOBODY
        here.tell(0, 7)
        here.tell(1, 5)
        assert there.least() == 5
        there.leave(1)
        assert here.least() == 7
