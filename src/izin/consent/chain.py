"""A record's events in the order of their numbers: do they follow each other, which decide?

Movements follow one another. Those that changed the dealers only do so too, beside them: the first
follows the movement that stood then.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

import msgspec

from izin.core.terms import Channel, RecipientType

_CHANNELS, _TYPES = tuple(Channel), tuple(RecipientType)
_LINK = struct.Struct(">16s16s16s16sBBhB")
_ID_BYTES = 16
_KEY = slice(2 * _ID_BYTES, _LINK.size - 1)
_NO_ID = bytes(_ID_BYTES)
_SOUND, _NAMES_DEALERS, _ACCESS = 1, 2, 4

LINK_BYTES = _LINK.size


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered event as its place in a record sees it.

    is_sound        its body opens, and all else agrees with it
    names_dealers   it replaces the record's dealers, if only by none
    is_access       it changed the dealers only
    """

    event_id: UUID
    previous_id: UUID | None
    brand_ref: UUID
    tag: UUID
    channel: str
    recipient_type: str
    bucket: int
    is_sound: bool
    names_dealers: bool
    is_access: bool = False

    def packed(self) -> bytes:
        """Give it as LINK_BYTES bytes."""
        return _LINK.pack(
            self.event_id.bytes,
            _NO_ID if self.previous_id is None else self.previous_id.bytes,
            self.brand_ref.bytes,
            self.tag.bytes,
            _CHANNELS.index(Channel(self.channel)),
            _TYPES.index(RecipientType(self.recipient_type)),
            self.bucket,
            self.is_sound * _SOUND | self.names_dealers * _NAMES_DEALERS | self.is_access * _ACCESS,
        )


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One key as it is stored, and its events.

    first_id        the first movement
    last_id         the last movement
    count           how many events there are of both kinds
    access_id       the last one that changed the dealers only
    access_count    how many of that kind
    state_id        the last one of either kind, which says all of the record
    dealers_id      the last one that names dealers, None if none does
    knows_dealers   False if one that cannot be read may have named others
    is_sound        the events follow each other, the first and the last are sound
    """

    brand_ref: UUID
    channel: str
    recipient_type: str
    tag: UUID
    bucket: int
    first_id: UUID
    last_id: UUID
    count: int
    state_id: UUID
    access_id: UUID | None = None
    access_count: int = 0
    dealers_id: UUID | None = None
    knows_dealers: bool = True
    is_sound: bool = True

    def order(self) -> tuple[int, str, str, int]:
        """Where its record lies among all: the order in which every writer writes."""
        return (self.brand_ref.int, self.channel, self.recipient_type, self.tag.int)


class _Chain:
    """The events of one key so far."""

    __slots__ = (
        *("access_count", "access_id", "count", "dealers_id", "first_id", "is_sound"),
        *("is_sound_last", "knows", "last_id", "state_id"),
    )

    def __init__(self, event_id: bytes, *, is_sound: bool) -> None:
        self.first_id = event_id
        self.last_id = self.state_id = _NO_ID
        self.access_id: bytes | None = None
        self.dealers_id: bytes | None = None
        self.count = self.access_count = 0
        self.knows = True
        self.is_sound = self.is_sound_last = is_sound

    def follow(self, event_id: bytes, previous_id: bytes, flags: int) -> bool:
        """Take the next event; does it follow the one before it?"""
        if flags & _ACCESS:
            follows = previous_id == (self.access_id or self.last_id) != _NO_ID
            self.access_id = event_id
            self.access_count += 1
        else:
            follows = previous_id == self.last_id
            self.last_id = event_id
        self.is_sound = self.is_sound and follows
        self.is_sound_last = bool(flags & _SOUND)
        if not self.is_sound_last:
            self.knows = False
        elif flags & _NAMES_DEALERS:
            self.dealers_id, self.knows = event_id, True
        self.state_id = event_id
        self.count += 1
        return follows


def places(links: Iterable[bytes], unlinked: Callable[[UUID], None]) -> Iterator[Place]:
    """Give the keys with their events.

    Takes   links: packed, all of each key, in the order of their numbers · unlinked: hears of
            each event that does not follow the one before it
    """
    chains: dict[bytes, _Chain] = {}
    for link in links:
        event_id, previous_id = link[:_ID_BYTES], link[_ID_BYTES : 2 * _ID_BYTES]
        flags = link[-1]
        key = link[_KEY]
        if key not in chains:
            chains[key] = _Chain(event_id, is_sound=bool(flags & _SOUND))
        if not chains[key].follow(event_id, previous_id, flags):
            unlinked(UUID(bytes=event_id))
    for key, chain in chains.items():
        yield _place(key, chain)


def _place(key: bytes, chain: _Chain) -> Place:
    packed = 2 * _NO_ID + key + b"\0"
    _, _, brand_ref, tag, channel, recipient_type, bucket, _ = _LINK.unpack(packed)
    return Place(
        brand_ref=UUID(bytes=brand_ref),
        channel=_CHANNELS[channel],
        recipient_type=_TYPES[recipient_type],
        tag=UUID(bytes=tag),
        bucket=bucket,
        first_id=UUID(bytes=chain.first_id),
        last_id=UUID(bytes=chain.last_id),
        count=chain.count,
        state_id=UUID(bytes=chain.state_id),
        access_id=None if chain.access_id is None else UUID(bytes=chain.access_id),
        access_count=chain.access_count,
        dealers_id=None if chain.dealers_id is None else UUID(bytes=chain.dealers_id),
        knows_dealers=chain.knows,
        is_sound=chain.is_sound and chain.is_sound_last,
    )
