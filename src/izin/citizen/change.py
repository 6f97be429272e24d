"""Records made ONAY or RET one by one, several in one act, with one receipt.

One verb for whoever changes for her: at her list, by a link, at the telephone. The call says under
which address, from where and since when it is hers; what is wished says of which records. So every
change stands where she finds it again.

Source  data page 4, 5; Law 6563 art. 8; Reg. 9
"""

from collections.abc import Mapping
from enum import StrEnum

from izin.brand import lookup as brands
from izin.citizen.acts import Act, Did
from izin.citizen.call import Call
from izin.citizen.done import keep_act, receipt_of
from izin.citizen.hers import hers, stood
from izin.citizen.meanwhile import record_all
from izin.citizen.records import Place
from izin.consent.model import ConsentKey
from izin.consent.of_citizen import key_under
from izin.core.terms import Status


class Left(StrEnum):
    """Why nothing was recorded; by this word pages say it."""

    AS_IT_WAS = "as_it_was"
    NO_RECORD = "no_record"


async def change(call: Call, wishes: Mapping[Place, Status]) -> Act | Left:
    """Make records ONAY or RET, in the caller's transaction.

    Takes   wishes: a page's worth; what there is no record of, or stands so already, is left
    Gives   why, where nothing was recorded
    Raises  UnavailableError
    """
    return await change_keys(call, await _keys(call, wishes))


async def change_keys(call: Call, wishes: Mapping[ConsentKey, Status]) -> Act | Left:
    """The same, of records whose keys are at hand: all under the call's address.

    What differs is seen by the one writer alone, when it writes: of several doors at once one
    changes a record, and the others find it changed.
    """
    made = await record_all(call, wishes)
    done = await receipt_of(call, made)
    if done is None:
        return await _why(call, wishes)
    codes = {each.proposal.key.brand_code for each in made}
    return await keep_act(
        call,
        done,
        Did.CHANGED,
        refused=sum(each.proposal.status is Status.RET for each in made),
        brand_code=codes.pop() if len(codes) == 1 else None,
    )


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


async def _why(call: Call, wishes: Mapping[ConsentKey, Status]) -> Left:
    """A record that was left stood as she wished; of whoever had the number before nothing is said.

    Source  security T14
    """
    found = await stood(call.connection, call.keyring, list(wishes))
    own = await hers(call.connection, call.keyring, found, call.since)
    return Left.AS_IT_WAS if own else Left.NO_RECORD
