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

_PLACE, _PLACE_OF_PART = ("receipt_number", "body_sealed"), ("receipt_part", "body_sealed")
PARTS_MAX = 10_000


class Proven(msgspec.Struct, frozen=True, array_like=True):
    """What a receipt proves; stored sealed only, new fields go to the end.

    events  what happened: movements, and the request that was answered where one was
    parts   in how many parts the events come, where they are more than one transaction takes
    """

    at: datetime
    events: tuple[UUID, ...]
    parts: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Proven).decode
_encode_part = msgspec.msgpack.Encoder().encode
_decode_part = msgspec.msgpack.Decoder(tuple[UUID, ...]).decode


def draw() -> str:
    """Draw a number that has to be named before what it is of has happened."""
    return written(secrets.randbits(BITS))


async def issue(
    connection: Connection,
    keyring: Keyring,
    events: Sequence[UUID],
    at: datetime,
    *,
    number: str = "",
) -> str:
    """Give the number of a receipt for what was just changed, in the caller's transaction.

    Takes   events: what changed, one at least · at: when, as the citizen is told · number: drawn
            before; empty: it is drawn now
    Gives   the number as people read it; nobody can find it again who has lost it
    Cost    one round trip
    """
    assert events, "a receipt is of something that happened"
    return await _put(connection, keyring, number or draw(), Proven(at, tuple(events)))


async def announce(
    connection: Connection, keyring: Keyring, at: datetime, parts: int, *, number: str
) -> str:
    """Give the number of a receipt for what is only begun: its events come in parts.

    Takes   at: when it was asked for · parts: PARTS_MAX at most · number: drawn before
    """
    assert 0 < parts <= PARTS_MAX, "nothing has more parts than are read back"
    return await _put(connection, keyring, number, Proven(at, (), parts))


async def add_part(
    connection: Connection, keyring: Keyring, number: str, part: int, events: Sequence[UUID]
) -> None:
    """Add what came of one part, in the transaction that did it."""
    tag = _tag(keyring, number)
    row = _row_of(tag, part)
    sealed = keyring.batch_sealer.seal(*_PLACE_OF_PART, row, padded(_encode_part(tuple(events))))
    await store.put_part(connection, tag, _bucket(tag), part, sealed)


async def parts_of(
    connection: Connection, keyring: Keyring, number: str
) -> dict[int, tuple[UUID, ...]]:
    """What came of the parts that are done. Cost: one round trip."""
    tag = _tag(keyring, number)
    rows = await store.parts(connection, tag, _bucket(tag))
    opener = await keyring.openers([row["body_sealed"] for row in rows])
    return {
        row["part"]: _decode_part(
            unpadded(opener.open(row["body_sealed"], *_PLACE_OF_PART, _row_of(tag, row["part"])))
        )
        for row in rows
    }


async def done_parts(connection: Connection, keyring: Keyring, number: str) -> int:
    """How many parts are done. Cost: one round trip."""
    tag = _tag(keyring, number)
    return await store.done_parts(connection, tag, _bucket(tag))


async def check(connection: Connection, keyring: Keyring, text: str) -> datetime | None:
    """When was what this receipt is of? None: there is no such receipt, or it is of nothing.

    What was begun in parts may find, when all are done, that other doors were there first.

    Takes   text: a number as somebody typed it; whoever asks is limited by the door
    Cost    one round trip, none for what is no number; of one in parts one more
    """
    number, proven = read(text), await proven_by(connection, keyring, text)
    if number is None or proven is None:
        return None
    if proven.parts:
        done = await parts_of(connection, keyring, number)
        if len(done) == proven.parts and not any(done.values()):
            return None
    return proven.at


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


async def all_proven_by(
    connection: Connection, keyring: Keyring, numbers: Sequence[str]
) -> dict[str, Proven]:
    """The same of many numbers, as `written` writes them. Cost: one round trip."""
    by_tag = {_tag(keyring, each): each for each in numbers}
    rows = await store.some(connection, list(by_tag), [_bucket(tag) for tag in by_tag])
    opener = await keyring.openers([row["body_sealed"] for row in rows])
    return {
        by_tag[row["tag"]]: _decode(
            unpadded(opener.open(row["body_sealed"], *_PLACE, row["tag"].bytes))
        )
        for row in rows
    }


async def _put(connection: Connection, keyring: Keyring, number: str, proven: Proven) -> str:
    tag = _tag(keyring, number)
    sealed = keyring.batch_sealer.seal(*_PLACE, tag.bytes, padded(_encode(proven)))
    await store.put(connection, tag, _bucket(tag), sealed)
    return number


def _row_of(tag: UUID, part: int) -> bytes:
    return tag.bytes + part.to_bytes(4, "big")


def _tag(keyring: Keyring, number: str) -> UUID:
    """The number is as secret as a token, and told from one by its form."""
    return keyring.pseudonyms.token_tag(number)


def _bucket(tag: UUID) -> int:
    return int.from_bytes(tag.bytes[:2], "big", signed=True)
