"""May this database be written? Where its disk is nearly full, it is only read.

A server that runs out of room for its log ends, and cannot even recover; one that is told to stop
writing in time goes on answering. A refused write is passing trouble (`izin.storage.trouble`).
"""

import asyncpg

from izin.storage.trouble import any_trouble_as_unavailable, unreachable_as_unavailable

_READ_ONLY = "default_transaction_read_only"
_WORDS = "log_min_messages"
_CONNECT_S_MAX = 5.0


async def open_to_writes(url: str) -> None:
    """Let everybody write, in sessions that are open too. Nothing happens if they may.

    Takes   url of an administrator of the server
    Raises  UnavailableError
    """
    await _set(url, "off", f"alter system reset {_WORDS}", f"alter system reset {_READ_ONLY}")


async def close_to_writes(url: str) -> None:
    """Let nobody write until `open_to_writes`, through restarts of the server.

    The server does not log each refused write: its log lies on the same disk.

    Takes   url of an administrator of the server
    Raises  UnavailableError
    """
    quiet = f"alter system set {_WORDS} = 'log'"  # LOG and what is worse; ERROR is less here
    await _set(url, "on", quiet, f"alter system set {_READ_ONLY} = on")


async def _set(url: str, wanted: str, *statements: str) -> None:
    doing = "opening or closing the database to writes"
    with unreachable_as_unavailable(doing), any_trouble_as_unavailable(doing):
        connection = await asyncpg.connect(
            url, timeout=_CONNECT_S_MAX, command_timeout=_CONNECT_S_MAX
        )
        try:
            if await connection.fetchval("select current_setting($1)", _READ_ONLY) != wanted:
                for statement in statements:  # PostgreSQL counts them as no writes
                    await connection.execute(statement)
                await connection.execute("select pg_reload_conf()")
        finally:
            await connection.close(timeout=_CONNECT_S_MAX)
