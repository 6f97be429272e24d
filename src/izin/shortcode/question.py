"""RET TUM asks before it does: one question a telephone, answered once, within ten minutes."""

from datetime import datetime, timedelta

import msgspec

from izin.shortcode import store
from izin.shortcode.call import Call
from izin.storage.database import Connection

LIFE = timedelta(minutes=10)
_PLACE = ("shortcode_question", "asked_sealed")
FORGOTTEN_ROWS = 1000


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """What a telephone was asked, and when; stored sealed only."""

    at: datetime
    brands: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Asked).decode


async def ask(call: Call, brands: int) -> None:
    """Keep that the sender was asked about so many brands, instead of an earlier question."""
    tag = call.keyring.citizen.pseudonyms.sender_tag(call.sender.clear)
    sealed = call.keyring.batch_sealer.seal(*_PLACE, tag.bytes, _encode(Asked(call.now, brands)))
    await store.ask(call.connection, tag, sealed, _next_hour(call.now + LIFE))


async def answered(call: Call) -> bool:
    """Was the sender asked within ten minutes? The question is used up, whatever it was."""
    tag = call.keyring.citizen.pseudonyms.sender_tag(call.sender.clear)
    sealed = await store.take(call.connection, tag)
    if sealed is None:
        return False
    opener = await call.keyring.openers([sealed])
    asked = _decode(opener.open(sealed, *_PLACE, tag.bytes))
    return asked.at <= call.now < asked.at + LIFE


async def forget_old_questions(connection: Connection, now: datetime) -> None:
    """Drop what nobody answered, FORGOTTEN_ROWS in each transaction."""
    while await store.drop_old(connection, now, FORGOTTEN_ROWS) == FORGOTTEN_ROWS:
        pass


def _next_hour(instant: datetime) -> datetime:
    """So that what stands in clear tells no moment by which a row could be matched with another."""
    return instant.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
