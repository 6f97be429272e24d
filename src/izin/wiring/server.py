"""The HTTP server of a web process: uvicorn's, with our connections."""

import asyncio
import resource
import socket
from collections.abc import Sequence
from typing import Any

import uvicorn

from izin.api.client import Network
from izin.wiring.accepting import Acceptor, Share, Shares
from izin.wiring.connection import ConnectionBounds, bounded

_FILES = 2048


def allow_open_files() -> None:
    """Ask the kernel for as many open files as the connections need; usual are 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < _FILES:
        wished = _FILES if hard < 0 else min(_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))


class Server(uvicorn.Server):
    """uvicorn's own, which takes only its share of the connections."""

    def __init__(self, config: uvicorn.Config, share: Share) -> None:
        """Take the share."""
        super().__init__(config)
        self._share = share
        self._acceptors: list[Acceptor] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections."""
        assert sockets, "the launcher binds the port, for all processes"
        await super().startup(sockets=[])
        for listening in sockets:
            acceptor = Acceptor(listening, self._share, self._connection)
            self._acceptors.append(acceptor)
            acceptor.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, then end those that are."""
        for acceptor in self._acceptors:
            await acceptor.stop()
        await super().shutdown(sockets)

    def _connection(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg] # as uvicorn calls it
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made


def server_of(
    app: Any,
    *,
    bounds: ConnectionBounds,
    trusted: Sequence[Network],
    drain_s: int,
    share: Share | None = None,
) -> Server:
    """Make the server that answers with `app` within `bounds`.

    Takes   share: of the connections of all processes; None is alone
    """
    share = share or Share(Shares.alone(), 0)
    config = uvicorn.Config(
        app,
        http=bounded(bounds, trusted, share),
        ws="none",
        proxy_headers=False,  # whom to believe is the door's own rule
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=bounds.idle_s_max,
        timeout_graceful_shutdown=drain_s,
        backlog=2048,
    )
    return Server(config, share)
