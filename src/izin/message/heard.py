"""What people write to the registry's number: kept as a job before the operator is told so."""

from datetime import datetime

import msgspec

from izin.core.clock import utc_now
from izin.queue import payload, queue
from izin.storage.database import Database
from izin.vault.sealing import Sealer

JOB = "heard"


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
    kept = msgspec.structs.replace(written, at=written.at or utc_now())
    sealed = payload.seal(sealer, msgspec.msgpack.encode(kept))
    async with database.connection() as connection:
        await queue.put(connection, JOB, sealed, None)


def opened(sealer: Sealer, sealed: bytes) -> Written:
    """Open what `keep` left. Raises KeyLostError, SealBrokenError."""
    return msgspec.msgpack.decode(payload.opened(sealer, sealed), type=Written)
