"""Receipts of citizens' changes: given in the change's own transaction, checked by anybody.

Source  data page 7
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from izin.keyring import Keyring
from izin.receipt import store
from izin.receipt.number import BITS, read, written
from izin.storage.database import Connection
from izin.vault.sealing import padded, unpadded

_PLACE = ("receipt_number", "body_sealed")


class Proven(msgspec.Struct, frozen=True, array_like=True):
    """What a receipt proves; stored sealed only, new fields go to the end."""

    at: datetime
    events: tuple[UUID, ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Proven).decode


async def issue(
    connection: Connection, keyring: Keyring, events: Sequence[UUID], at: datetime
) -> str:
    """Give the number of a receipt for what was just changed, in the caller's transaction.

    Takes   events: what changed, one at least · at: when, as the citizen is told
    Gives   the number as people read it; nobody can find it again who has lost it
    Cost    one round trip
    """
    assert events, "a receipt is of something that happened"
    number = written(secrets.randbits(BITS))
    tag = _tag(keyring, number)
    body = padded(_encode(Proven(at, tuple(events))))
    sealed = keyring.batch_sealer.seal(*_PLACE, tag.bytes, body)
    await store.put(connection, tag, _bucket(tag), sealed)
    return number


async def check(connection: Connection, keyring: Keyring, text: str) -> datetime | None:
    """When was what this receipt is of? None: there is no such receipt.

    Takes   text: a number as somebody typed it; whoever asks is limited by the door
    Cost    one round trip, none for what is no number
    """
    proven = await proven_by(connection, keyring, text)
    return None if proven is None else proven.at


async def proven_by(connection: Connection, keyring: Keyring, text: str) -> Proven | None:
    """What a receipt proves, for evidence; whoever merely holds a number learns the date alone."""
    number = read(text)
    if number is None:
        return None
    tag = _tag(keyring, number)
    sealed = await store.one(connection, tag, _bucket(tag))
    if sealed is None:
        return None
    opener = await keyring.openers([sealed])
    return _decode(unpadded(opener.open(sealed, *_PLACE, tag.bytes)))


def _tag(keyring: Keyring, number: str) -> UUID:
    """The number is as secret as a token, and told from one by its form."""
    return keyring.pseudonyms.token_tag(number)


def _bucket(tag: UUID) -> int:
    return int.from_bytes(tag.bytes[:2], "big", signed=True)
