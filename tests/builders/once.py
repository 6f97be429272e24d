"""What is the same for all tests of a process is looked up once in it.

Each new connection asks what `uuid[]` and our own enums are, and a test opens a dozen: a third of
what the database did for it. All databases of a test server are copies of one template, so the
answers are the same. And each new client of HTTP reads the machine's certificates, for 25 ms.
"""

from functools import cache
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpcore2

_ask = asyncpg.Connection._introspect_types
_answers: dict[tuple[object, frozenset[int]], Any] = {}
_KEPT = SimpleNamespace(name="kept")


async def _asked_once(connection: asyncpg.Connection, oids: set[int], seconds: float) -> Any:
    wanted = connection._addr, frozenset(oids)
    if wanted in _answers:
        return _answers[wanted], _KEPT
    types, statement = await _ask(connection, oids, seconds)
    _answers[wanted] = types
    return types, statement


def look_up_once() -> None:
    """From here on, in this process."""
    asyncpg.Connection._introspect_types = _asked_once
    httpcore2.default_ssl_context = cache(httpcore2.default_ssl_context)
