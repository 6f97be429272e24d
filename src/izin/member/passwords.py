"""Passwords are checked beside the loop: each takes tens of milliseconds, and few run at once."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from izin.core.errors import UnavailableError
from izin.vault.passwords import hash_password, verify_password

AT_ONCE_MAX = 2
WAITING_MAX = 64
"""Two seconds of work; who comes then is told to come again."""

P = ParamSpec("P")
T = TypeVar("T")


class Passwords:
    """A bounded bench of threads for the slow hash."""

    def __init__(self, *, at_once: int = AT_ONCE_MAX, waiting_max: int = WAITING_MAX) -> None:
        """Take how many are hashed at once, and how many may be under way in all."""
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="password")
        self._waiting_max = waiting_max
        self._waiting = 0

    async def hashed(self, password: str) -> str:
        """Give the form in which a password is stored.

        Raises  ValueError: longer than 1024 bytes · UnavailableError
        """
        return await self.beside(hash_password, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Is this the password? As slow for a user that does not exist. Raises UnavailableError."""
        return await self.beside(verify_password, stored, password)

    async def matching(self, stored: Sequence[str], password: str) -> str | None:
        """Find the hash that this is the password of, among those that work.

        As slow for a user that does not exist as for one with a single password; while an old one
        still works, a wrong guess takes twice as long. Raises UnavailableError
        """
        for each in stored:
            if await self.matches(each, password):
                return each
        if not stored:
            await self.matches(None, password)
        return None

    def close(self) -> None:
        """Let the threads go; work that has not begun is dropped."""
        self._threads.shutdown(cancel_futures=True)

    async def beside(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what takes a while beside the loop. Raises UnavailableError, and what it raises."""
        if self._waiting >= self._waiting_max:
            raise UnavailableError("too many passwords to check")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))
        finally:
            self._waiting -= 1
