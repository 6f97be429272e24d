"""What types are is asked of a server once, not by each new connection.

A test opens a dozen connections, and each asks what `uuid[]` and our own enums are: a third of
what the database does for a test. All databases of a test server are copies of one template, so
the answers are the same.
"""

from types import SimpleNamespace
from typing import Any

import asyncpg

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


def ask_for_types_once() -> None:
    """From here on, in this process."""
    asyncpg.Connection._introspect_types = _asked_once
