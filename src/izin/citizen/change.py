"""Records made ONAY or RET one by one, several in one act, with one receipt.

One verb for whoever changes for her: at her list, by a link, at the telephone. The call says under
which address, from where and since when it is hers; what is wished says of which records. So every
change stands where she finds it again.

Source  data page 4, 5; Law 6563 art. 8; Reg. 9
"""

from collections.abc import Mapping

from izin.brand import lookup as brands
from izin.citizen.acts import Act, Did, keep, new_id
from izin.citizen.call import Call
from izin.citizen.records import Place
from izin.consent.model import ConsentKey, Proposal
from izin.consent.of_citizen import key_under, standings
from izin.core.terms import Status
from izin.receipt.issue import issue


async def change(call: Call, wishes: Mapping[Place, Status]) -> Act | None:
    """Make records ONAY or RET, in the caller's transaction.

    Takes   wishes: a page's worth; what there is no record of, or stands so already, is left
    Gives   None where nothing is left to be changed
    Raises  UnavailableError
    """
    return await change_keys(call, await _keys(call, wishes))


async def change_keys(call: Call, wishes: Mapping[ConsentKey, Status]) -> Act | None:
    """The same, of records whose keys are at hand: all under the call's address."""
    proposals = await _differing(call, wishes)
    recorded = await call.record(proposals)
    if not recorded:
        return None
    at = max(each.recorded_at for each in recorded)
    events = [each.event_id for each in recorded]
    codes = {each.key.brand_code for each in proposals}
    act = Act(
        act_id=new_id(),
        did=Did.CHANGED,
        at=at,
        receipt=await issue(call.connection, call.keyring, events, at),
        asked=len(events),
        refused=sum(each.status is Status.RET for each in proposals),
        brand_code=codes.pop() if len(codes) == 1 else None,
        source=call.source,
    )
    await keep(call.connection, call.keyring, call.address, act)
    return act


async def _keys(call: Call, wishes: Mapping[Place, Status]) -> dict[ConsentKey, Status]:
    codes = sorted({place.brand_code for place in wishes})
    known = {
        each.brand_code: each
        for each in await brands.some(call.connection, codes)
        if not each.is_test
    }
    return {
        key_under(known[each.brand_code], each.channel, each.recipient_type, call.address): status
        for each, status in wishes.items()
        if each.brand_code in known
    }


async def _differing(call: Call, wishes: Mapping[ConsentKey, Status]) -> list[Proposal]:
    found = await standings(call.connection, call.keyring, list(wishes))
    return [
        Proposal(key=key, status=status, source=call.source, consented_at=None)
        for (key, status), standing in zip(wishes.items(), found, strict=True)
        if standing is not None and standing.status is not status
    ]
