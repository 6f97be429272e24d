"""Signing in as a process's own role, so that no statement leads out of it."""

import secrets
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from izin.storage.trouble import unreachable_as_unavailable


async def give_login(url: str, role: str) -> str:
    """Let a role sign in by itself, with a new password; what it was given before ends.

    Takes   url of an administrator of the server
    Gives   the same URL with the role for its user
    Raises  UnavailableError
    """
    password = secrets.token_urlsafe(32)
    with unreachable_as_unavailable("giving a process its login"):
        connection = await asyncpg.connect(url, timeout=10)
        try:
            # neither can be a parameter here; both are of letters, digits, _ and - alone
            await connection.execute(f"alter role {role} login password '{password}'")
        finally:
            await connection.close(timeout=10)
    parts = urlsplit(url)
    _, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password)}{at}{host}"))
