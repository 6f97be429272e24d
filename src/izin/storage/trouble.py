"""Which trouble of the database passes by itself: a caller may try again, and nobody did wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from izin.core.errors import LockedError, UnavailableError

_PASSING_CLASSES = (
    "08",  # the connection broke, or the pooler refused one
    "40",  # deadlock, serialization
    "53",  # disk full, out of memory, too many connections
    "57",  # cancelled by time-out, shut down, starting up, crashed
)
_PASSING_STATES = frozenset(
    {
        "25P03",  # idle in transaction for too long
        "25P04",  # transaction for too long
        "25006",  # the server became a replica: a fail-over is on its way
        "55P03",  # a lock was not to be had in time
    }
)
_SCHEMA_MOVED = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)

_NOBODY_IS_LET_IN = asyncpg.ObjectNotInPrerequisiteStateError
"""Said to whoever connects while the database is closed to all, as for a restore."""


def is_passing(error: BaseException) -> bool:
    """Will this trouble pass without anybody changing the request or the code?"""
    if isinstance(error, _SCHEMA_MOVED):  # a migration went by; the next try prepares anew
        return True
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return state in _PASSING_STATES or state.startswith(_PASSING_CLASSES)
    return isinstance(error, (TimeoutError, ConnectionError))


@contextmanager
def passing_as_unavailable(doing: str) -> Iterator[None]:
    """Turn passing trouble of the block into UnavailableError; everything else goes through.

    A lock that was not to be had in time into LockedError, which is one.
    """
    try:
        yield
    except Exception as error:
        if not is_passing(error):
            raise
        is_locked = isinstance(error, asyncpg.LockNotAvailableError)
        kind = LockedError if is_locked else UnavailableError
        raise kind(f"{doing}: {type(error).__name__}") from error


@contextmanager
def any_trouble_as_unavailable(doing: str) -> Iterator[None]:
    """Turn whatever the server or the driver says into UnavailableError, passing or not.

    For one who only tries again later, and must not end by it.
    """
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise UnavailableError(f"{doing}: {type(error).__name__}") from error


@contextmanager
def unreachable_as_unavailable(doing: str) -> Iterator[None]:
    """Turn every trouble of reaching the server into UnavailableError, a missing socket too."""
    with passing_as_unavailable(doing):
        try:
            yield
        except (OSError, _NOBODY_IS_LET_IN) as error:
            raise UnavailableError(f"{doing}: {type(error).__name__}") from error
