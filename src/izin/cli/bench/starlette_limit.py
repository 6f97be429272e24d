"""What the framework alone can do: a constant, and one indexed look-up, under the same server."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from izin.cli.bench.baseline import Key
from izin.cli.bench.load import request
from izin.cli.bench.registry import Registry
from izin.wiring.accepting import common_memory

_BODY = b'{"recipient":"","type":"MESAJ","recipientType":"BIREYSEL"}'


@asynccontextmanager
async def running(registry: Registry) -> AsyncIterator[int]:
    """As many processes as the registry has, on one port, with connections shared as there."""
    count = registry.settings.web_processes
    with socket.socket() as listening, common_memory(count) as memory:
        listening.bind(("127.0.0.1", 0))
        listening.listen(2048)
        listening.set_inheritable(True)
        processes = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "izin.cli.bench.starlette_app"),
                *(str(listening.fileno()), str(memory), str(place)),
                env={**os.environ, "IZIN_BENCH_URL": registry.server.url},
                pass_fds=(listening.fileno(), memory),
            )
            for place in range(count)
        ]
        try:
            port: int = listening.getsockname()[1]
            yield port
        finally:
            for process in processes:
                process.terminate()
                await process.wait()


def constant_calls() -> list[bytes]:
    """Calls as long as ours."""
    return [request("POST", "/constant", token="a" * 40, body=_BODY)]


def look_up_calls(keys: Sequence[Key]) -> list[bytes]:
    """Calls that name a ready key."""
    return [
        request("POST", f"/look-up/{brand}/{tag}/{bucket}", token="a" * 40, body=_BODY)
        for brand, _, _, tag, bucket in keys
    ]
