"""The embedded database's disk: before it is full, recording pauses and questions go on."""

import asyncio
import logging
from collections.abc import Callable

from izin.core.errors import UnavailableError
from izin.storage.room import close_to_writes, open_to_writes

_LOG = logging.getLogger(__name__)
_POLL_S = 0.5
_MIB = 2**20


class Room:
    """Keeps a reserve free, for what the server itself needs to go on and to start again."""

    def __init__(self, url: str, reserve_mb: int, free_bytes: Callable[[], int]) -> None:
        """Take an administrator's URL, and how much room is left."""
        self._url = url
        self._reserve = reserve_mb * _MIB
        self._free_bytes = free_bytes
        self._is_open: bool | None = True  # None: not known

    async def keep(self) -> None:
        """Look twice a second, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_POLL_S)

    async def look(self) -> None:
        """Close the database to writes where the reserve is touched; open it past five fourths."""
        try:
            free = self._free_bytes()
            enough = self._reserve * 5 // 4 if self._is_open is False else self._reserve
            may_write = free >= enough
            if may_write is self._is_open:
                return
            self._is_open = None  # a change that was cut off may have been made
            await (open_to_writes if may_write else close_to_writes)(self._url)
        except (UnavailableError, OSError) as trouble:
            _LOG.warning("the database was not reached: %s", trouble)
            return
        self._is_open = may_write
        if may_write:
            _LOG.error("%d MB are free on the database's disk: recording goes on", free // _MIB)
        else:
            _LOG.error(
                "only %d MB are free on the database's disk: nothing is recorded until there are"
                " %d; questions are answered",
                free // _MIB,
                self._reserve * 5 // 4 // _MIB,
            )
