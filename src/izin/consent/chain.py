"""A record's movements in the order of their numbers: do they follow each other, which decide?"""

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
_SOUND, _NAMES_DEALERS = 1, 2

LINK_BYTES = _LINK.size


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered movement as its place in a record sees it.

    is_sound        its body opens, and all else agrees with it
    names_dealers   it replaces the record's dealers, if only by none
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
            self.is_sound * _SOUND | self.names_dealers * _NAMES_DEALERS,
        )


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One key as it is stored, and its movements: the first, the last, how many.

    dealers_id      the last one that names dealers, None if none does
    knows_dealers   False if one that cannot be read may have named others
    is_sound        the movements follow each other, the first and the last are sound
    """

    brand_ref: UUID
    channel: str
    recipient_type: str
    tag: UUID
    bucket: int
    first_id: UUID
    last_id: UUID
    count: int
    dealers_id: UUID | None = None
    knows_dealers: bool = True
    is_sound: bool = True

    def order(self) -> tuple[int, str, str, int]:
        """Where its record lies among all: the order in which every writer writes."""
        return (self.brand_ref.int, self.channel, self.recipient_type, self.tag.int)


class _Chain:
    """The movements of one key so far."""

    __slots__ = ("count", "dealers_id", "first_id", "is_sound", "is_sound_last", "knows", "last_id")

    def __init__(self, event_id: bytes, *, is_sound: bool) -> None:
        self.first_id = event_id
        self.last_id = _NO_ID
        self.dealers_id: bytes | None = None
        self.count = 0
        self.knows = True
        self.is_sound = self.is_sound_last = is_sound

    def follow(self, event_id: bytes, previous_id: bytes, flags: int) -> bool:
        """Take the next movement; does it follow the last one?"""
        follows = previous_id == self.last_id
        self.is_sound = self.is_sound and follows
        self.is_sound_last = bool(flags & _SOUND)
        if not self.is_sound_last:
            self.knows = False
        elif flags & _NAMES_DEALERS:
            self.dealers_id, self.knows = event_id, True
        self.last_id = event_id
        self.count += 1
        return follows


def places(links: Iterable[bytes], unlinked: Callable[[UUID], None]) -> Iterator[Place]:
    """Give the keys with their movements.

    Takes   links: packed, all of each key, in the order of their numbers · unlinked: hears of
            each movement that does not follow the one before it
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
        dealers_id=None if chain.dealers_id is None else UUID(bytes=chain.dealers_id),
        knows_dealers=chain.knows,
        is_sound=chain.is_sound and chain.is_sound_last,
    )
