"""What a citizen has done, wherever: kept so that she finds it again, and can take it back.

All of an address lies in one row, under a tag that no other table has. Of several changes only the
last was written in the transaction of a company's record, so no row joins two companies'.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec

from izin.citizen import store
from izin.citizen.call import Call
from izin.core.address import Address
from izin.core.clock import beginning_of, day_of, utc_now
from izin.core.codes import BrandCode
from izin.core.terms import Source
from izin.keyring import Keyring
from izin.receipt.issue import done_parts, parts_of
from izin.storage.database import Connection
from izin.vault.sealing import padded, unpadded

ACTS_MAX = 100
KEPT = timedelta(days=90)
MAY_BE_UNDONE = timedelta(hours=24)
_PLACE = ("citizen_act", "body_sealed")


class Did(StrEnum):
    """What she did."""

    CHANGED = "changed"
    REFUSED = "refused"
    ADDED = "added"
    UNDID = "undid"
    CLAIMED = "claimed"


class Act(msgspec.Struct, frozen=True, array_like=True):
    """One thing that she did; stored sealed only, new fields at the end.

    receipt     its number
    asked       how many records it has changed; of one in parts that goes on, is to change
    parts       in how many parts it is worked through; 0: it was done at once
    refused     how many of them to RET
    brand_code  at which brand, if at one
    undoes      which act it takes back
    source      from where; None of what was kept before that was known
    is_worked   have all its parts been worked through? True of what was done at once
    sign        of what it is about, by which the same is known while it goes on
    """

    act_id: UUID
    did: Did
    at: datetime
    receipt: str
    asked: int
    refused: int
    parts: int = 0
    brand_code: BrandCode | None = None
    undoes: UUID | None = None
    source: Source | None = None
    is_worked: bool = True
    sign: bytes = b""

    def __repr__(self) -> str:
        """Leave everything out."""
        return "Act(…)"

    @property
    def is_void(self) -> bool:
        """Has all of it been worked through, and nothing of it recorded? Then it is no act."""
        return self.is_worked and self.asked == 0

    def may_be_undone(self, now: datetime) -> bool:
        """May what it refused be approved again at one stroke? Source: data page 4."""
        return self.refused > 0 and self.did not in _FINAL and now < self.at + MAY_BE_UNDONE


_FINAL = frozenset({Did.UNDID, Did.CLAIMED})
"""An undo, and what she said is not hers, are taken back by nothing; each record can be changed."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Act]).decode


def new_id() -> UUID:
    """Name an act; a name that tells no moment."""
    return uuid4()


async def keep(call: Call, act: Act) -> None:
    """Keep an act, in the transaction that does it; after its records, as all writers do.

    Cost    two round trips
    """
    tag = _tag(call)
    sealed = await store.hold_acts(call.connection, tag, _next_day(act.at + KEPT))
    begun = msgspec.structs.replace(act, is_worked=not act.parts)
    acts = [begun, *await _opened(call, sealed)][:ACTS_MAX]
    await _write(call, acts)


async def acts_of(call: Call) -> list[Act]:
    """What was done at an address's list within KEPT, the newest first; ACTS_MAX at most.

    What came before the address was hers is of whoever had it then.
    Cost    one round trip
    """
    return [each for each in await begun_of(call) if not each.is_void]


async def refusal_at(call: Call, brand_code: BrandCode, since: datetime) -> Act | None:
    """The newest act that refused at one brand, of what stands there so since then; None: none.

    Cost    one round trip
    """
    return next(
        (
            each
            for each in await acts_of(call)
            if each.brand_code == brand_code and each.refused and each.at >= since
        ),
        None,
    )


async def begun_of(call: Call) -> list[Act]:
    """The same, and what was begun and came to nothing."""
    acts = await _opened(call, await store.acts(call.connection, _tag(call)))
    return [each for each in acts if call.since is None or each.at >= call.since]


async def hold(call: Call) -> list[Act]:
    """What was done at an address's list, held until the caller's transaction ends.

    After its records, as all writers do: whoever holds none may begin with this.
    """
    return await _opened(call, await store.held_acts(call.connection, _tag(call)))


async def hold_anew(call: Call) -> list[Act]:
    """The same, where there may be none yet: whoever is second waits for the first."""
    sealed = await store.hold_acts(call.connection, _tag(call), _next_day(utc_now() + KEPT))
    return await _opened(call, sealed)


async def settle(call: Call, receipt: str) -> None:
    """Say of an act in parts what it has come to, once the last of them is done.

    In the transaction of each part, after it: of two that end at once the second finds both done.
    Cost    two round trips; of the last part two more
    """
    acts = await hold(call)
    act = next((each for each in acts if each.receipt == receipt), None)
    if act is None or await done_parts(call.connection, call.keyring, receipt) < act.parts:
        return
    parts = await parts_of(call.connection, call.keyring, receipt)
    count = sum(len(events) for events in parts.values())
    whole = msgspec.structs.replace(
        act, asked=count, refused=0 if act.did is Did.UNDID else count, is_worked=True
    )
    await _write(call, [whole if each is act else each for each in acts])


async def drop(connection: Connection, keyring: Keyring, addresses: Iterable[Address]) -> None:
    """Forget what was done at these addresses' lists: whoever did it leaves for good."""
    tags = [keyring.citizen.pseudonyms.doer_tag(each.clear) for each in addresses]
    await store.drop_acts(connection, tags)


async def _write(call: Call, acts: list[Act]) -> None:
    tag = _tag(call)
    sealed = call.keyring.batch_sealer.seal(*_PLACE, tag.bytes, padded(_encode(acts)))
    await store.write_acts(call.connection, tag, sealed)


async def _opened(call: Call, sealed: bytes | None) -> list[Act]:
    if sealed is None:
        return []
    opener = await call.keyring.openers([sealed])
    return _decode(unpadded(opener.open(sealed, *_PLACE, _tag(call).bytes)))


def _tag(call: Call) -> UUID:
    return call.keyring.citizen.pseudonyms.doer_tag(call.address.clear)


def _next_day(instant: datetime) -> datetime:
    """What stands in clear tells no moment by which a row could be matched with another."""
    return beginning_of(day_of(instant) + timedelta(days=1))
