"""What she says of a record while an act of hers is done in parts: her later word counts.

Until its turn comes a record stands as it did before the act. Whoever says it shall stay so sees no
difference to record; so her word is recorded over what stood when the act was begun, and the job
that comes to the record afterwards leaves it, for it is newer than what the job was left for.

Source  data page 4; Law 6563 art. 8/1
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from izin.citizen.acts import Act, Did, begun_of
from izin.citizen.call import Call, Made
from izin.consent.model import ConsentKey, Over, Proposal
from izin.core.terms import Status

_OTHER = {Status.ONAY: Status.RET, Status.RET: Status.ONAY}


async def record_all(call: Call, wishes: Mapping[ConsentKey, Status]) -> list[Made]:
    """Make records ONAY or RET that stand otherwise, or that an act going on will make so.

    Gives   what is recorded; the rest stood as wished, and nothing will change that
    Raises  UnavailableError
    Cost    one call of the writer; where it leaves anything one round trip, and while an act of
            hers goes on two calls more
    """
    made = await call.record([_over_other(call, *each) for each in wishes.items()])
    left = _left(wishes, made)
    going_on = await acts_going_on(call) if left else []
    if not going_on:
        return made
    said = {status: newest(going_on, _OTHER[status]) for status in Status}
    over_same = [
        _over_same(call, key, status, at)
        for key, status in left.items()
        if (at := said[status]) is not None
    ]
    made += await call.record(over_same)
    # what its job came to between the two
    made += await call.record([_over_other(call, *each) for each in _left(wishes, made).items()])
    return made


async def acts_going_on(call: Call) -> list[Act]:
    """What was begun at this address's list and is not all done, the newest first."""
    began = await begun_of(msgspec.structs.replace(call, since=None))
    return [each for each in began if not each.is_worked]


def newest(acts: list[Act], makes: Status) -> datetime | None:
    """When was the last of them asked for that makes records so? None: there is none."""
    undoes = makes is Status.ONAY
    return max((each.at for each in acts if (each.did is Did.UNDID) is undoes), default=None)


def _left(wishes: Mapping[ConsentKey, Status], made: list[Made]) -> dict[ConsentKey, Status]:
    done = {each.proposal.key for each in made}
    return {key: status for key, status in wishes.items() if key not in done}


def _over_other(call: Call, key: ConsentKey, status: Status) -> Proposal:
    over = Over(_OTHER[status])
    return Proposal(key=key, status=status, source=call.source, consented_at=None, over=over)


def _over_same(call: Call, key: ConsentKey, status: Status, begun_at: datetime) -> Proposal:
    return msgspec.structs.replace(
        _over_other(call, key, status), over=Over(status), given_by=begun_at
    )
