"""A process's beginning and end, as the server announces them."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from izin.api.request import Receive

_LOG = logging.getLogger(__name__)

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Lifespan:
    """Opens what the wiring gives before the first call, and closes it after the last."""

    def __init__(self, opened: Callable[[], AbstractAsyncContextManager[None]] | None) -> None:
        """Take what to open; None opens nothing."""
        self._opened = opened

    async def run(self, receive: Receive, send: Send) -> None:
        """Speak the server's protocol of start and stop once.

        A start that fails tells the server so, by the kind of error alone, and is raised to it.
        """
        async with AsyncExitStack() as stack:
            await receive()
            try:
                if self._opened is not None:
                    await stack.enter_async_context(self._opened())
            except BaseException as error:
                await send({"type": "lifespan.startup.failed", "message": type(error).__name__})
                raise
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
