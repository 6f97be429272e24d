"""Past a dealer's limit of the day no new consent of it comes in.

A RET, an ONAY over one that stands, and a citizen's own word always pass.

Source  decision 0052
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

import msgspec

from izin.consent import store
from izin.consent.model import ConsentKey, Proposal, Recorded, Verdict
from izin.consent.stored import key_columns
from izin.core.codes import RetailerCode
from izin.core.errors import Refused
from izin.core.terms import Side, Status
from izin.keyring import Keyring
from izin.retailer import limit, lookup
from izin.storage.database import Connection


class Taken(msgspec.Struct, frozen=True):
    """By place among the rows: which are refused, and for which room was taken, of which dealer."""

    refused: Mapping[int, Refused] = {}
    room: Mapping[int, RetailerCode] = {}


NOTHING = Taken()


def by_dealers(proposals: Sequence[Proposal]) -> dict[int, RetailerCode]:
    """Which rows are consents that a dealer brings?"""
    return {
        place: each.retailer_code
        for place, each in enumerate(proposals)
        if each.retailer_code is not None
        and each.status is Status.ONAY
        and (each.source is None or each.source.side is not Side.IYS)
    }


async def take_room(
    connection: Connection,
    keyring: Keyring,
    proposals: Sequence[Proposal],
    but: Collection[int] = (),
) -> Taken:
    """Take room of the day for what is new, row by row, until a dealer has none.

    In a transaction others wait for its end; without one what is taken counts at once.

    Takes   but: places of rows that are refused already
    Cost    none where no dealer brings a consent; one round trip where none of them has a limit,
            two more where one has
    """
    asked = {place: code for place, code in by_dealers(proposals).items() if place not in but}
    if not asked:
        return NOTHING
    limits = await lookup.limits(connection, sorted(set(asked.values())))
    asked = {place: code for place, code in asked.items() if code in limits}
    if not asked:
        return NOTHING
    new = await _new(connection, keyring, proposals, asked)
    left = await limit.take(connection, [asked[place] for place in new])
    refused: dict[int, Refused] = {}
    room: dict[int, RetailerCode] = {}
    for place in new:
        code = asked[place]
        if code not in left:  # its limit has been taken away meanwhile
            continue
        if left[code] > 0:
            left[code] -= 1
            room[place] = code
        else:
            facts = (("retailerCode", str(code)), ("most", str(limits[code].new_a_day)))
            refused[place] = Refused(code="IZ093", facts=facts)
    return Taken(refused, room)


async def give_back(connection: Connection, taken: Taken, verdicts: Mapping[int, Verdict]) -> None:
    """Give room back for rows that were not recorded as new.

    Takes   verdicts: by place, of those that were tried; a row that was not tried is given back
    Cost    none where all were recorded, one round trip else
    """
    unused = Counter(
        code for place, code in taken.room.items() if not isinstance(verdicts.get(place), Recorded)
    )
    if unused:
        await limit.give_back(connection, unused)


async def _new(
    connection: Connection,
    keyring: Keyring,
    proposals: Sequence[Proposal],
    asked: Mapping[int, RetailerCode],
) -> list[int]:
    """Rows of records that do not stand at ONAY; of several of one record the first."""
    first: defaultdict[ConsentKey, list[int]] = defaultdict(list)
    for place in asked:
        first[proposals[place].key].append(place)
    keys = list(first)
    columns = key_columns(keyring.pseudonyms, keys)
    standing = {
        row["ord"] - 1
        for row in await store.current_states(connection, columns)
        if row["status"] == Status.ONAY
    }
    return sorted(first[key][0] for at, key in enumerate(keys) if at not in standing)
