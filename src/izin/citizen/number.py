"""Since when a telephone number is hers, as she says; whoever had it before is not shown to her.

What she said is kept until half a year after she last came. A code does not tell whether it is she
who comes: an operator may have given the number to somebody else meanwhile, so she is asked whether
it was she who said it. Whoever changes any of it holds the numbers first (`hold`), then a session,
an account, and records, so that no two wait for each other.
Source: security T14.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from izin.account import keep
from izin.citizen import store
from izin.citizen.model import Opened
from izin.core.address import Address, AddressKind
from izin.core.clock import beginning_of, day_of
from izin.storage.database import Connection
from izin.vault.citizen import CitizenKeys

SILENCE = timedelta(days=180)
_PLACE = ("number_word", "body_sealed")
_FROM_THE_BEGINNING = 0
_DAY_BYTES = 4
"""Of what was said when days alone were kept."""
_INSTANT_BYTES = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY_BYTES = 8
PassedOn = Callable[[Connection, Sequence[Address]], Awaitable[None]]
"""Hears, in the transaction that puts numbers into other hands, that they are."""

_TENURE_KEPT = timedelta(days=2)
"""Longer than any session that was opened before."""


async def hold(connection: Connection, keys: CitizenKeys, addresses: Iterable[Address]) -> None:
    """Hold numbers until the caller's transaction ends; before anything else, and all at once."""
    tags = _seen_tags(keys, addresses)
    held = sorted(int.from_bytes(each.bytes[:_KEY_BYTES], "big", signed=True) for each in tags)
    if held:
        await store.hold_numbers(connection, held)


async def said_of(
    connection: Connection, keys: CitizenKeys, addresses: Iterable[Address], now: datetime
) -> dict[Address, datetime | None]:
    """Since when numbers are hers; what nobody has said of, or long ago, is not there.

    Cost    one round trip, none for e-mail addresses alone
    """
    tags = {keys.pseudonyms.number_tag(each.clear): each for each in addresses if is_number(each)}
    if not tags:
        return {}
    rows = await store.words(connection, list(tags), day_of(now))
    found = {}
    for row in rows:
        body = keys.accounts.open(row["body_sealed"], *_PLACE, row["tag"].bytes)
        found[tags[row["tag"]]] = _since_in(body)
    return found


async def come_back(
    connection: Connection, keys: CitizenKeys, addresses: Iterable[Address], now: datetime
) -> None:
    """She who has said it is here again: it is kept for another half year."""
    tags = [keys.pseudonyms.number_tag(each.clear) for each in addresses if is_number(each)]
    if tags:
        await store.keep_words(connection, tags, day_of(now) + SILENCE)


async def say(
    connection: Connection,
    keys: CitizenKeys,
    address: Address,
    since: datetime | None,
    now: datetime,
) -> None:
    """Keep since when a number is hers; None: from the beginning."""
    tag = keys.pseudonyms.number_tag(address.clear)
    sealed = keys.accounts.seal(*_PLACE, tag.bytes, _since_as_bytes(since))
    await store.say_word(connection, tag, sealed, day_of(now) + SILENCE)


async def let_go(
    connection: Connection, keys: CitizenKeys, phones: Sequence[Address], now: datetime
) -> None:
    """Nobody has these numbers any more: no account or session holds them, nothing is known."""
    await hold(connection, keys, phones)
    await keep.release(connection, keys, phones, now)
    await pass_on(connection, keys, phones, now)
    await forget(connection, keys, phones)


async def pass_on(
    connection: Connection, keys: CitizenKeys, phones: Iterable[Address], now: datetime
) -> dict[Address, UUID]:
    """Put numbers into other hands: every session that showed one by a code before is over.

    Gives   what a session that goes on keeps of each
    """
    tags = _seen_tags(keys, phones)
    drawn = {tag: uuid4() for tag in sorted(tags)}
    forget_on = day_of(now) + _TENURE_KEPT
    await store.begin_tenures(connection, list(drawn), list(drawn.values()), forget_on)
    return {tags[tag]: tenure for tag, tenure in drawn.items()}


async def have_passed_on(
    connection: Connection, keys: CitizenKeys, opened: Iterable[Opened]
) -> bool:
    """Is one of the numbers that a session has shown by a code in other hands since?

    Cost    one round trip, none where it has shown none
    """
    shown = {each.address: each.tenure for each in opened if each.by_code and each.is_number}
    found = await _tenures(connection, keys, shown)
    return any(shown[address] != tenure for address, tenure in found.items())


async def tenure_of(connection: Connection, keys: CitizenKeys, address: Address) -> UUID | None:
    """In whose hands a number is; None: in the same for days, or it is none."""
    return (await _tenures(connection, keys, [address])).get(address)


async def forget(connection: Connection, keys: CitizenKeys, addresses: Iterable[Address]) -> None:
    """Forget what was said of these."""
    tags = [keys.pseudonyms.number_tag(each.clear) for each in addresses if is_number(each)]
    await store.unsay(connection, tags)


async def opened_by_code(
    connection: Connection, keys: CitizenKeys, address: Address, now: datetime
) -> Opened:
    """An address that somebody has just shown to be hers.

    Of a number it says what was said before; that counts once she says that it was she.
    """
    said = await said_of(connection, keys, [address], now)
    tenures = await _tenures(connection, keys, [address])
    return Opened(
        address.clear,
        address.kind,
        by_code=True,
        is_answered=not is_number(address),
        tenure=tenures.get(address),
        was_said=address in said,
    ).being_hers(said.get(address))


def _since_as_bytes(since: datetime | None) -> bytes:
    """One size for all: whether somebody claimed a number is not to be told by it."""
    micros = _FROM_THE_BEGINNING if since is None else (since - _EPOCH) // timedelta.resolution
    return micros.to_bytes(_INSTANT_BYTES, "big")


def _since_in(body: bytes) -> datetime | None:
    number = int.from_bytes(body, "big")
    if number == _FROM_THE_BEGINNING:
        return None
    if len(body) == _DAY_BYTES:
        return beginning_of(date.fromordinal(number))
    return _EPOCH + number * timedelta.resolution


def is_number(address: Address) -> bool:
    """Is it one that an operator may give to somebody else?"""
    return address.kind is AddressKind.PHONE


async def forget_old_words(connection: Connection, now: datetime, limit: int) -> None:
    """Drop what was said of numbers that have been silent."""
    await store.forget_words(connection, day_of(now), limit)


async def forget_old_tenures(connection: Connection, now: datetime, limit: int) -> None:
    """Drop in whose hands numbers are; no session is as old as what it would end."""
    await store.forget_tenures(connection, day_of(now), limit)


async def _tenures(
    connection: Connection, keys: CitizenKeys, addresses: Iterable[Address]
) -> dict[Address, UUID]:
    """In whose hands numbers are; of what was in the same for days nothing is there."""
    tags = _seen_tags(keys, addresses)
    rows = await store.tenures(connection, list(tags)) if tags else []
    return {tags[row["tag"]]: row["tenure"] for row in rows}


def _seen_tags(keys: CitizenKeys, addresses: Iterable[Address]) -> dict[UUID, Address]:
    return {keys.pseudonyms.seen_tag(each.clear): each for each in addresses if is_number(each)}
