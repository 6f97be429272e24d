"""Who calls lies sealed in the call's row, until that ends."""

from uuid import UUID

import msgspec
from asyncpg import Record

from izin.audit.model import Principal
from izin.callcentre.model import Call, Caller
from izin.keyring import Keyring
from izin.vault.sealing import padded, unpadded

_PLACE = ("support_call", "body_sealed")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Caller).decode


def sealed(keyring: Keyring, call_id: UUID, caller: Caller) -> bytes:
    """Seal a caller for his call's row."""
    return keyring.batch_sealer.seal(*_PLACE, call_id.bytes, padded(_encode(caller)))


def opened(keyring: Keyring, row: Record, by: Principal) -> Call:
    """Read an open call's row."""
    call_id = row["call_id"]
    body = keyring.batch_sealer.open(row["body_sealed"], *_PLACE, call_id.bytes)
    return Call(
        call_id=call_id,
        by=by,
        caller=_decode(unpadded(body)),
        is_identified=row["is_identified"],
        is_changed=row["is_changed"],
        started_at=row["started_at"],
        good_until=row["good_until"],
        was=row["body_sealed"],
    )
