"""UUID version 7 in bulk: ordered by time, and in order within one call.

The standard library has none before Python 3.14 and none in bulk.
"""

import os
from uuid import UUID, SafeUUID

_RANDOM_BITS = (0xFFF << 64) | ((1 << 62) - 1)
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_COUNT_MAX = 100_000
_MS_LIMIT = 1 << 48

# UUID's own constructor checks shapes that cannot occur here and takes four times as long.
_new = UUID.__new__
_set_int = UUID.__dict__["int"].__set__
_set_is_safe = UUID.__dict__["is_safe"].__set__


def uuid7s(count: int, now_ms: int) -> list[UUID]:
    """Make `count` identifiers of one millisecond, ascending.

    Takes   count in 0..100,000 · now_ms: milliseconds since 1970
    Gives   distinct version 7 UUIDs with 74 random bits each, sorted
    Raises  ValueError outside these ranges
    Cost    one call for random bytes; about 1 µs each
    Source  RFC 9562, 5.7
    """
    if not (0 <= count <= _COUNT_MAX and 0 <= now_ms < _MS_LIMIT):
        raise ValueError(
            f"count 0..{_COUNT_MAX} and 48 bits of milliseconds, not {count}, {now_ms}"
        )
    fixed = (now_ms << 80) | _VERSION_AND_VARIANT
    random = os.urandom(16 * count)
    starts = range(0, 16 * count, 16)
    numbers = [int.from_bytes(random[s : s + 16], "big") & _RANDOM_BITS | fixed for s in starts]
    numbers.sort()
    return [_uuid(number) for number in numbers]


def _uuid(number: int) -> UUID:
    uuid = _new(UUID)
    _set_int(uuid, number)
    _set_is_safe(uuid, SafeUUID.unknown)
    return uuid
