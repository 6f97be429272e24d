"""A citizen consents at a brand of her own accord, where there is no record of hers yet.

There may be one of whoever had her number before: it is consented over, and nothing is said of it.
Source  data page 4, 5; contract 1.9: IYS_WEB_YENI, and her name if she gives it to this brand
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from izin.brand import lookup as brands
from izin.brand.model import Brand
from izin.citizen.acts import Act, Did
from izin.citizen.call import Call
from izin.citizen.done import keep_act, receipt_of
from izin.citizen.hers import hers
from izin.citizen.records import records_at
from izin.consent.model import ConsentKey, Over, Proposal
from izin.consent.of_citizen import key_under
from izin.core.address import REACHED_BY
from izin.core.clock import JUST_AFTER
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError, Refused
from izin.core.lookalike import PAIRS, likeness
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.core.turkish import fold
from izin.provider import lookup as providers
from izin.storage.database import Connection

FOUND_MAX = 10
NAME_MAX = 100
_ROWS_MAX, _START, _CODE_MAX = 40, 2, 8


class Candidate(msgspec.Struct, frozen=True):
    """A brand that may be added, and whose it is."""

    brand: Brand
    company: str


async def search(connection: Connection, text: str) -> list[Candidate]:
    """Brands whose name or short name begins so, in any spelling, or whose number it is.

    Gives   FOUND_MAX at most; none that is not at work
    Cost    three round trips, none for what is too short
    """
    key = likeness(text) or ""
    if text.isascii() and text.isdigit() and len(text) <= _CODE_MAX:
        found = await brands.some(connection, [BrandCode(int(text))])
    elif len(key) >= _START:
        near = await brands.near(connection, key, _half_typed(key), _ROWS_MAX)
        written = fold(text)
        found = list(
            {
                brand.brand_code: brand
                for name, brand in near
                if name.startswith(key) or fold(brand.name).startswith(written)
            }.values()
        )
    else:
        return []
    return (await _at_work(connection, found))[:FOUND_MAX]


def _half_typed(key: str) -> str:
    """The same where the next letter joins its last: of Örnek a likeness keeps `omek`."""
    return next((key[:-1] + one for pair, one in PAIRS if key.endswith(pair[0])), key)


async def _at_work(connection: Connection, found: Sequence[Brand]) -> list[Candidate]:
    active = [each for each in found if each.is_active and not each.is_test]
    if not active:
        return []
    codes = sorted({each.iys_code for each in active})
    working = await providers.working(connection, codes)
    titles = await providers.titles(connection, sorted(working))
    return [Candidate(each, titles[each.iys_code]) for each in active if each.iys_code in working]


async def candidate(connection: Connection, brand_code: BrandCode) -> Candidate | None:
    """The brand of this code, if it may be added. Cost: three round trips."""
    found = await _at_work(connection, await brands.some(connection, [brand_code]))
    return found[0] if found else None


async def add(
    call: Call,
    brand_code: BrandCode,
    channels: Collection[Channel],
    recipient_type: RecipientType,
    name: str | None,
) -> Act | None:
    """Consent by these channels where no record is hers yet, in the caller's transaction.

    Takes   name: hers, if she lets this brand know it; it stands in the sealed events alone
    Gives   None where there is a record of hers for each of them
    Raises  RefusalError IZ123: brand or company is suspended, closed or none · UnavailableError
    """
    found = await candidate(call.connection, brand_code)
    if found is None:
        raise RefusalError(Refused(code="IZ123"))
    known = await records_at(call.connection, call.keyring, call.address, brand_code)
    own = {each.key for each in await hers(call.connection, call.keyring, known, call.since)}
    others = {each.key: each.standing.status for each in known if each.key not in own}
    keys = [
        key_under(found.brand, channel, recipient_type, call.address)
        for channel in REACHED_BY[call.address.kind]
        if channel in channels
    ]
    call = msgspec.structs.replace(call, source=Source.IYS_WEB_YENI)
    made = await call.record(
        [_consent(call, key, others.get(key), name) for key in keys if key not in own]
    )
    done = await receipt_of(call, made)
    if done is None:
        return None
    return await keep_act(call, done, Did.ADDED, refused=0, brand_code=brand_code)


def _consent(call: Call, key: ConsentKey, others: Status | None, name: str | None) -> Proposal:
    """Her consent, as if there were no record: the dealers of whoever had the number do not stay.

    What stands approved has to be his still: of two forms at once one consents.
    """
    return Proposal(
        key=key,
        status=Status.ONAY,
        source=call.source,
        consented_at=None,
        retailer_access=None if others is None else (),
        over=Over.NOTHING if others is None else Over(others),
        given_by=None if others is not Status.ONAY else _before(call),
        citizen_name=name or None,
    )


def _before(call: Call) -> datetime:
    """The last instant before the address was hers."""
    assert call.since is not None, "else every record under it is hers"
    return call.since - JUST_AFTER
