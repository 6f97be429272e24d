"""What people write to the registry's number: kept as a job before the operator is told so."""

from datetime import datetime
from uuid import uuid4

import msgspec

from izin.core.clock import utc_now
from izin.queue import queue
from izin.storage.database import Database
from izin.vault.sealing import Sealer

JOB = "heard"

_PLACE = ("job", "payload")
_ID_BYTES = 16


class Written(msgspec.Struct, frozen=True, array_like=True):
    """A text, and from which number the bound operator says that it came. It prints neither.

    at  when it came; stored sealed, new fields at the end
    """

    sender: str
    text: str
    at: datetime | None = None

    def __repr__(self) -> str:
        """Leave out from whom, and what."""
        return "Written(…)"


async def keep(database: Database, sealer: Sealer, written: Written) -> None:
    """Keep a text until it is answered. Raises UnavailableError: the operator has to send again."""
    row = uuid4().bytes
    kept = msgspec.structs.replace(written, at=written.at or utc_now())
    sealed = sealer.seal(*_PLACE, row, msgspec.msgpack.encode(kept))
    async with database.connection() as connection:
        await queue.put(connection, JOB, row + sealed, None)


def opened(sealer: Sealer, payload: bytes) -> Written:
    """Open what `keep` left. Raises KeyLostError, SealBrokenError."""
    row, sealed = payload[:_ID_BYTES], payload[_ID_BYTES:]
    return msgspec.msgpack.decode(sealer.open(sealed, *_PLACE, row), type=Written)
