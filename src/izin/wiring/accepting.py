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
from collections.abc import Callable

_LOG = logging.getLogger(__name__)

ASIDE_S = 0.005
"""How long others may go first."""

AT_ONCE = 16
_NO_FILES_S = 1.0
_SLACK = 16
"""One more of so many is no difference: large crowds are taken in without steps aside."""

_NOBODY = 2**32 - 1
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Shares:
    """How many connections each web process has, in memory that all of them see.

    A count is written by its own process; the launcher takes away that of one which has ended.
    """

    def __init__(self, descriptor: int) -> None:
        """Take the memory by the descriptor that was inherited."""
        self.descriptor = descriptor
        self._counts = memoryview(mmap.mmap(descriptor, 0)).cast("I")

    @classmethod
    def make(cls, processes: int) -> "Shares":
        """Make the memory, for the launcher to hand on."""
        descriptor = os.memfd_create("izin-connections")
        os.ftruncate(descriptor, 4 * processes)
        shares = cls(descriptor)
        for place in range(processes):
            shares.leave(place)
        return shares

    def tell(self, place: int, count: int) -> None:
        """Say how many connections a process has."""
        self._counts[place] = count

    def leave(self, place: int) -> None:
        """Wait for this process no more."""
        self._counts[place] = _NOBODY

    def least(self) -> int:
        """How many the process with the fewest has."""
        return min(self._counts)


class Share:
    """One process's part of all connections."""

    def __init__(self, shares: Shares, place: int) -> None:
        """Take the common memory and the place in it."""
        self._shares = shares
        self._place = place
        self._count = 0

    def begin(self) -> None:
        """Let others wait for this process."""
        self._shares.tell(self._place, self._count)

    def take(self) -> None:
        """Have one more."""
        self._count += 1
        self.begin()

    def give_back(self) -> None:
        """Have one less."""
        self._count -= 1
        self.begin()

    def end(self) -> None:
        """Take no more."""
        self._shares.leave(self._place)

    def least(self) -> int:
        """How many the process with the fewest has."""
        return self._shares.least()

    def is_large(self) -> bool:
        """Has another process fewer?"""
        return self._count - self._count // _SLACK > self.least()


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

    def start(self) -> None:
        """Listen."""
        self._share.begin()
        self._listen()

    def stop(self) -> None:
        """Take no more; what was taken goes on."""
        if self._aside is not None:
            self._aside.cancel()
        self._loop.remove_reader(self._listening)
        self._share.end()

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
        """Take who waits still; if others took nobody they are busy, and all come here."""
        self._listen()
        if self._share.least() > least:
            self._wake()
            return
        for _ in range(AT_ONCE):
            if not self._take():
                return

    def _take(self) -> bool:
        """Take one; was there one, and may there be more?"""
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            _LOG.error("no connection can be taken: %s", error.strerror)
            self._step_aside(_NO_FILES_S, self._share.least())
            return False
        self._share.take()
        task = self._loop.create_task(self._connect(connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return True

    async def _connect(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._make, connection)
        except OSError:  # gone already; its protocol has never heard of it
            self._share.give_back()
            connection.close()
