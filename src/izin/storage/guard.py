"""A server that could lose an acknowledged write is refused at the start."""

from collections.abc import Mapping

from izin.core.errors import StartRefusedError
from izin.storage.database import Connection

VERSION_MIN = 16
_SAFE = {
    "fsync": ("on",),
    "synchronous_commit": ("on", "remote_apply"),  # remote_apply waits for even more
    "full_page_writes": ("on",),
}


async def check_server(connection: Connection) -> None:
    """Refuse a server that is too old, or that may forget what it has acknowledged.

    Raises  StartRefusedError, one sentence: found, expected, how to mend
    Source  design: security 5.2. With synchronous_commit off 24 of 66,861 commits were lost
            at a kill, with it on none.
    """
    rows = await connection.fetch(
        "select name, setting from pg_settings where name = any ($1)",
        ["server_version_num", *_SAFE],
    )
    if objection := objection_to(dict(tuple(row) for row in rows)):
        raise StartRefusedError(objection)


def objection_to(settings: Mapping[str, str]) -> str | None:
    """Say what is wrong with a server of these settings, or None: the first thing only."""
    version = int(settings["server_version_num"]) // 10_000
    if version < VERSION_MIN:
        return (
            f"The database is PostgreSQL {version}, İzin needs {VERSION_MIN} or newer: upgrade "
            "the server, or unset IZIN_DATABASE_URL to use the embedded one."
        )
    for name, safe in _SAFE.items():
        if settings[name] not in safe:
            return (
                f"The database has {name} = {settings[name]}, İzin needs {name} = on because an "
                f"acknowledged consent must not be lost: run 'alter system set {name} = on', "
                "reload the server, and look for it in the URL and in the settings of the "
                "database and of the user."
            )
    return None
