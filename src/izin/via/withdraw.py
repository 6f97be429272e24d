"""A company gives a request up. What was answered stays answered."""

from datetime import datetime
from uuid import UUID

from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.via import store
from izin.via.read import held
from izin.via.rules import OPEN, Step


async def withdraw(
    connection: Connection, keyring: Keyring, request_id: UUID, *, now: datetime
) -> bool:
    """End a request that is open, in the caller's transaction; give whether it was."""
    request = await held(connection, keyring, request_id)
    if request is None or request.stands.at(now) not in OPEN:
        return False
    await store.give_up(connection, request_id, Step.WITHDRAWN.value)
    return True
