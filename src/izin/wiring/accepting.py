"""Connections spread over the web processes: one that has more than another lets that one go first.

All of them listen on one socket, and whoever wakes first takes all that wait there: of eight
connections of a client, eight were seen in one process while the other had none.
"""

import asyncio
import errno
import logging
import mmap
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOG = logging.getLogger(__name__)

ASIDE_S = 0.002
"""How long others may go first."""

AGAIN_S = 0.001
"""And how long after each one that they have left waiting: they are busy."""

AT_ONCE = 16
_NO_FILES_S = 0.05
_SLACK = 16
"""One more of so many is no difference: large crowds are taken in without steps aside."""

NOBODY = 2**32 - 1
"""The count of a process that is not there."""

_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Shares:
    """How many connections each web process has, in memory that all of them see.

    A count is written by its own process; the launcher takes away that of one which has ended.
    """

    def __init__(self, counts: "memoryview[int] | list[int]") -> None:
        """Take a count for each process."""
        self._counts = counts

    @classmethod
    def at(cls, descriptor: int) -> "Shares":
        """Take the memory behind a descriptor that was inherited."""
        return cls(memoryview(mmap.mmap(descriptor, 0)).cast("I"))

    @classmethod
    def alone(cls) -> "Shares":
        """There is one process."""
        return cls([NOBODY])

    def tell(self, place: int, count: int) -> None:
        """Say how many connections a process has."""
        self._counts[place] = count

    def leave(self, place: int) -> None:
        """Wait for this process no more."""
        self._counts[place] = NOBODY

    def least(self) -> int:
        """How many the process with the fewest has."""
        return min(self._counts)


@contextmanager
def common_memory(processes: int) -> Iterator[int]:
    """Make memory for the shares of so many processes. Gives its descriptor, to be inherited."""
    descriptor = os.memfd_create("izin-connections")
    try:
        os.write(descriptor, NOBODY.to_bytes(4, sys.byteorder) * processes)
        yield descriptor
    finally:
        os.close(descriptor)


class Share:
    """One process's part of all connections."""

    def __init__(self, shares: Shares, place: int) -> None:
        """Take the common memory and the place in it."""
        self._shares = shares
        self._place = place
        self._count = 0
        self._is_there = False

    def begin(self) -> None:
        """Let others wait for this process."""
        self._is_there = True
        self._tell()

    def take(self) -> None:
        """Have one more."""
        self._count += 1
        self._tell()

    def give_back(self) -> None:
        """Have one less."""
        self._count -= 1
        self._tell()

    def end(self) -> None:
        """Take no more; those that are there may still end."""
        self._is_there = False
        self._shares.leave(self._place)

    def least(self) -> int:
        """How many the process with the fewest has."""
        return self._shares.least()

    def is_large(self) -> bool:
        """Has another process fewer?"""
        return self._count - self._count // _SLACK > self.least()

    def _tell(self) -> None:
        if self._is_there:
            self._shares.tell(self._place, self._count)


class Acceptor:
    """Takes connections from the socket that all web processes share."""

    def __init__(
        self, listening: socket.socket, share: Share, make: Callable[[], asyncio.Protocol]
    ) -> None:
        """Take a listening socket, and what makes a connection's protocol."""
        listening.settimeout(0)
        self._listening = listening
        self._share = share
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._connecting: set[asyncio.Task[None]] = set()
        self._aside: asyncio.TimerHandle | None = None
        self._is_out = False

    def start(self) -> None:
        """Listen."""
        self._share.begin()
        self._listen()

    async def stop(self) -> None:
        """Take no more, and see that all who were taken are known: they are told to end."""
        if self._aside is not None:
            self._aside.cancel()
        self._loop.remove_reader(self._listening)
        self._share.end()
        await asyncio.gather(*self._connecting, return_exceptions=True)

    def _listen(self) -> None:
        self._loop.add_reader(self._listening, self._wake)

    def _wake(self) -> None:
        """Take who waits until another process has fewer."""
        for _ in range(AT_ONCE):
            if self._share.is_large():
                self._step_aside(ASIDE_S, self._share.least())
                return
            if not self._take():
                return

    def _step_aside(self, seconds: float, least: int) -> None:
        self._loop.remove_reader(self._listening)
        self._aside = self._loop.call_later(seconds, self._come_back, least)

    def _come_back(self, least: int) -> None:
        """Others have gone first; if they took nobody, they are busy: one more is taken here."""
        self._listen()
        if self._share.least() > least or not self._share.is_large():
            self._wake()
        elif self._take():
            self._step_aside(AGAIN_S, least)

    def _take(self) -> bool:
        """Take one; was there one, and may there be more?"""
        try:
            connection, _ = self._listening.accept()
        except OSError as error:
            if error.errno in _NO_ROOM:
                self._wait_for_room(error)
            return False  # nobody is there, or whoever was has gone
        self._is_out = False
        self._share.take()
        task = self._loop.create_task(self._connect(connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return True

    def _wait_for_room(self, error: OSError) -> None:
        if not self._is_out:
            _LOG.error("no connection can be taken: %s", error.strerror)
        self._is_out = True
        self._step_aside(_NO_FILES_S, self._share.least())

    async def _connect(self, connection: socket.socket) -> None:
        is_known = False
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._make, connection)
            is_known = True
        except OSError:
            pass  # gone already
        finally:
            if not is_known:  # its protocol has never heard of it
                self._share.give_back()
                connection.close()
