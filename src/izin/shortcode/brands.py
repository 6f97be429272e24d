"""Which brand is meant: by number, short name or name, by key and never by looking through them."""

from collections.abc import Iterable, Sequence

import msgspec

from izin.brand import lookup
from izin.brand.model import Brand, Called, Naming
from izin.core.terms import Channel
from izin.shortcode.call import Call, records_at
from izin.shortcode.grammar import Which
from izin.shortcode.own import own_of
from izin.shortcode.replies import CHOICES_MAX
from izin.storage.database import Connection

START = 3
"""Letters that have to be right for a name to be near."""

NEAR_ROWS_MAX = 40
SLIPS_MAX = 2
_LETTERS_A_SLIP = 4
_KEY_MAX = 60


class Meant(msgspec.Struct, frozen=True):
    """The one brand that was meant, and of which channel."""

    brand: Brand
    channel: Channel


class Unclear(msgspec.Struct, frozen=True):
    """No brand, or more than one; with those that may be meant.

    is_several  whether the name is that of each of them
    """

    brands: tuple[Brand, ...]
    is_several: bool = False


async def find(call: Call, which: Which) -> Meant | Unclear:
    """Which brand does somebody mean?

    Gives   of two that have the name the one where the sender has a record, if there is but one
    Cost    one round trip; two more where that is not one brand
    """
    options = which.options
    rows = await lookup.called(
        call.connection, [each.code for each in options], [each.key for each in options]
    )
    if not rows:
        return Unclear(await near_to(call.connection, which.spoken))
    place = min(row.place for row in rows)
    brands = _of_one_kind([row for row in rows if row.place == place])
    if len(brands) > 1:
        records = await own_of(call, await records_at(call, brands))
        known = {record.brand.brand_code for record in records}
        own = [brand for brand in brands if brand.brand_code in known]
        if len(own) != 1:
            return Unclear(tuple(brands), is_several=True)
        brands = own
    return Meant(brands[0], options[place].channel)


def _of_one_kind(rows: Sequence[Called]) -> list[Brand]:
    """A number is a brand's whatever others are called; short names and names weigh the same."""
    by_number = [row for row in rows if row.naming is Naming.NUMBER]
    return _distinct(row.brand for row in by_number or rows)


async def near_to(connection: Connection, key: str) -> tuple[Brand, ...]:
    """Brands whose name goes on where the key ends, or has a slip less; three at most.

    Cost    one round trip, none for a key that is too short or too long
    """
    if not START <= len(key) <= _KEY_MAX:
        return ()
    found = await lookup.near(connection, key, key[:START], NEAR_ROWS_MAX)
    going_on = [brand for name, brand in found if name.startswith(key)]
    slips = min(SLIPS_MAX, len(key) // _LETTERS_A_SLIP)
    slipped = [brand for name, brand in found if are_near(key, name, slips)]
    return tuple(_distinct((*slipped, *going_on))[:CHOICES_MAX])


def are_near(one: str, other: str, slips: int) -> bool:
    """Are two keys the same but for so many letters too much, too few or wrong?

    Cost    a few µs: lengths apart by more are not compared
    """
    if abs(len(one) - len(other)) > slips:
        return False
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, row[0] = row[0], place
        for at, its in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != its))
    return row[-1] <= slips


def _distinct(brands: Iterable[Brand]) -> list[Brand]:
    return list({brand.brand_code: brand for brand in brands}.values())
