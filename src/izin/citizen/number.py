"""Since when a telephone number is hers, as she says; whoever had it before is not shown to her.

What she said is kept until half a year after she last came: then she is asked again.
Source: security T14.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from izin.account import keep
from izin.citizen import store
from izin.citizen.model import Opened
from izin.core.address import Address, AddressKind
from izin.core.clock import IYS_TIME
from izin.storage.database import Connection
from izin.vault.citizen import CitizenKeys

SILENCE = timedelta(days=180)
_PLACE = ("number_word", "body_sealed")
_FROM_THE_BEGINNING = 0
_DAY_BYTES = 4


async def said_of(
    connection: Connection, keys: CitizenKeys, addresses: Iterable[Address], now: datetime
) -> dict[Address, date | None]:
    """Since when numbers are hers; what nobody has said of, or long ago, is not there.

    Whoever asks has just come: it is kept for another half year. Cost: two round trips, one
    where nothing was said, none for e-mail addresses alone
    """
    tags = {keys.pseudonyms.number_tag(each.clear): each for each in addresses if is_number(each)}
    if not tags:
        return {}
    rows = await store.words(connection, list(tags), _today(now))
    found = {}
    for row in rows:
        body = keys.accounts.open(row["body_sealed"], *_PLACE, row["tag"].bytes)
        ordinal = int.from_bytes(body, "big")
        since = None if ordinal == _FROM_THE_BEGINNING else date.fromordinal(ordinal)
        found[tags[row["tag"]]] = since
    if rows:
        await store.keep_words(connection, [row["tag"] for row in rows], _today(now) + SILENCE)
    return found


async def say(
    connection: Connection, keys: CitizenKeys, address: Address, since: date | None, now: datetime
) -> None:
    """Keep since when a number is hers; None: from the beginning."""
    tag = keys.pseudonyms.number_tag(address.clear)
    ordinal = _FROM_THE_BEGINNING if since is None else since.toordinal()
    sealed = keys.accounts.seal(*_PLACE, tag.bytes, ordinal.to_bytes(_DAY_BYTES, "big"))
    await store.say_word(connection, tag, sealed, _today(now) + SILENCE)


async def let_go(connection: Connection, keys: CitizenKeys, phone: Address, now: datetime) -> None:
    """Nobody has this number any more: no account or session holds it, nothing is known of it."""
    await end_others(connection, keys, phone, None)
    await keep.release(connection, keys, phone, now)
    await forget(connection, keys, [phone])


async def end_others(
    connection: Connection, keys: CitizenKeys, phone: Address, but: UUID | None
) -> None:
    """End every session that has shown this number by a code, but for one: it was another's."""
    await store.end_others(connection, keys.pseudonyms.seen_tag(phone.clear), but)


async def forget(connection: Connection, keys: CitizenKeys, addresses: Iterable[Address]) -> None:
    """Forget what was said of these."""
    tags = [keys.pseudonyms.number_tag(each.clear) for each in addresses if is_number(each)]
    await store.unsay(connection, tags)


async def opened_by_code(
    connection: Connection, keys: CitizenKeys, address: Address, now: datetime
) -> Opened:
    """An address that somebody has just shown to be hers, with what she said of it before."""
    said = await said_of(connection, keys, [address], now)
    return Opened(
        address.clear,
        address.kind,
        by_code=True,
        is_answered=not is_number(address) or address in said,
        since=said.get(address),
    )


def is_number(address: Address) -> bool:
    """Is it one that an operator may give to somebody else?"""
    return address.kind is AddressKind.PHONE


async def forget_old_words(connection: Connection, now: datetime, limit: int) -> None:
    """Drop what was said of numbers that have been silent."""
    await store.forget_words(connection, _today(now), limit)


def _today(now: datetime) -> date:
    return now.astimezone(IYS_TIME).date()
