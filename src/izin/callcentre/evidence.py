"""What was read aloud before each change of a call: sealed in the call's row, all together."""

from datetime import datetime
from uuid import UUID

import msgspec

from izin.callcentre import store
from izin.i18n.catalogue import Language
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.vault.sealing import padded, unpadded

_PLACE = ("support_call", "read_sealed")


class Read(msgspec.Struct, frozen=True, array_like=True):
    """One change: its receipt, by which the events are found, and the text with its version."""

    at: datetime
    receipt: str
    script: str
    language: Language


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Read]).decode


async def add(connection: Connection, keyring: Keyring, call_id: UUID, read: Read) -> bool:
    """Add what was read; False where the call is not open any more. Cost: two round trips."""
    row = await store.held(connection, call_id)
    if row is None:
        return False
    every = [*await _opened(keyring, call_id, row["read_sealed"]), read]
    sealed = keyring.batch_sealer.seal(*_PLACE, call_id.bytes, padded(_encode(every)))
    await store.write_read(connection, call_id, sealed)
    return True


async def read_in(connection: Connection, keyring: Keyring, call_id: UUID) -> list[Read]:
    """What was read in a call, the oldest first: for evidence."""
    return await _opened(keyring, call_id, await store.read_of(connection, call_id))


async def _opened(keyring: Keyring, call_id: UUID, sealed: bytes | None) -> list[Read]:
    if sealed is None:
        return []
    opener = await keyring.openers([sealed])
    return _decode(unpadded(opener.open(sealed, *_PLACE, call_id.bytes)))
