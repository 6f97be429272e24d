"""Records made ONAY or RET one by one, several in one act, with one receipt.

Source  data page 4, 5; Law 6563 art. 8; Reg. 9
"""

from collections.abc import Mapping

from izin.brand import lookup as brands
from izin.citizen.acts import Act, Did, keep, new_id
from izin.citizen.call import Call
from izin.citizen.records import Place
from izin.consent.model import Proposal
from izin.consent.of_citizen import key_under, standings
from izin.core.terms import Status
from izin.receipt.issue import issue


async def change(call: Call, wishes: Mapping[Place, Status]) -> Act | None:
    """Make records ONAY or RET, in the caller's transaction.

    Takes   wishes: a page's worth; what there is no record of, or stands so already, is left
    Gives   None where nothing is left to be changed
    Raises  UnavailableError
    """
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
    )
    await keep(call.connection, call.keyring, call.address, act)
    return act


async def _differing(call: Call, wishes: Mapping[Place, Status]) -> list[Proposal]:
    codes = sorted({place.brand_code for place in wishes})
    known = {
        each.brand_code: each
        for each in await brands.some(call.connection, codes)
        if not each.is_test
    }
    places = [place for place in wishes if place.brand_code in known]
    keys = [
        key_under(known[each.brand_code], each.channel, each.recipient_type, call.address)
        for each in places
    ]
    found = await standings(call.connection, call.keyring, keys)
    return [
        Proposal(key=key, status=wishes[place], source=call.source, consented_at=None)
        for place, key, standing in zip(places, keys, found, strict=True)
        if standing is not None and standing.status is not wishes[place]
    ]
