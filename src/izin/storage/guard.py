"""A server that could lose an acknowledged write is refused at the start."""

from izin.core.errors import StartRefusedError
from izin.storage.database import Connection

VERSION_MIN = 16
_MUST_BE_ON = ("fsync", "synchronous_commit", "full_page_writes")


async def check_server(connection: Connection) -> None:
    """Refuse a server that is too old, or that may forget what it has acknowledged.

    Raises  StartRefusedError, one sentence: found, expected, how to mend
    Source  design: security 5.2. With synchronous_commit off 24 of 66,861 commits were lost
            at a kill, with it on none.
    """
    number = int(await connection.fetchval("select current_setting('server_version_num')"))
    if number // 10_000 < VERSION_MIN:
        msg = (
            f"The database is PostgreSQL {number // 10_000}, İzin needs {VERSION_MIN} or newer: "
            "upgrade the server, or unset IZIN_DATABASE_URL to use the embedded one."
        )
        raise StartRefusedError(msg)
    for name in _MUST_BE_ON:
        await _check_on(connection, name)


async def _check_on(connection: Connection, name: str) -> None:
    found = await connection.fetchval("select current_setting($1)", name)
    # remote_apply waits for even more than `on` does
    if found == "on" or (name == "synchronous_commit" and found == "remote_apply"):
        return
    msg = (
        f"The database has {name} = {found}, İzin needs {name} = on because an acknowledged "
        f"consent must not be lost: run 'alter system set {name} = on', reload the server, and "
        f"look for '{name}' in the URL and in the settings of the database and of the user."
    )
    raise StartRefusedError(msg)
