"""Dealers beside consents: are those that rows name the brand's own, how many may each use?"""

from collections.abc import Sequence

import msgspec

from izin.consent import store
from izin.consent.model import Proposal
from izin.core.codes import BrandCode, RetailerCode
from izin.core.errors import RefusalError, Refused
from izin.keyring import Keyring
from izin.retailer import lookup
from izin.storage.database import Connection, Database


async def know_dealers(
    database: Database, brand_code: BrandCode, proposals: Sequence[Proposal], *, in_list: bool
) -> None:
    """Refuse the call when a row names a dealer that is not an active one of the brand.

    Takes   in_list: whether the rows came in a list, so that a refusal names its row
    Raises  RefusalError H180 (403), every unknown dealer of every row
    Cost    one round trip, none where no row names a dealer
    Source  contract 1.3, 1.4, rule 18
    """
    if not any(map(_named, proposals)):
        return
    async with database.connection() as connection:
        unknown = await unknown_dealers(connection, brand_code, proposals)
    if unknown and not in_list:
        unknown = [msgspec.structs.replace(each, index=None) for each in unknown]
    if unknown:
        raise RefusalError(unknown)


async def unknown_dealers(
    connection: Connection, brand_code: BrandCode, proposals: Sequence[Proposal]
) -> list[Refused]:
    """Which rows name a dealer that is not an active one of the brand?

    Gives   H180 for each such dealer in the order of the rows, with its row's place as index
    Cost    one round trip, none where no row names a dealer, one more for a dealer that none has
            named before: from then on it cannot be deleted, though the row be refused
    Source  contract 1.3, 1.4, rule 18
    """
    codes = {code for proposal in proposals for _, code in _named(proposal)}
    if not codes:
        return []
    known = await _linked(connection, brand_code, codes)
    return [
        Refused(code="H180", location=place, value=code, index=index)
        for index, proposal in enumerate(proposals)
        for place, code in _named(proposal)
        if code not in known
    ]


async def _linked(
    connection: Connection, brand_code: BrandCode, codes: set[RetailerCode]
) -> set[RetailerCode]:
    """Which of these are active dealers of the brand? None of them can be deleted any more."""
    active = await lookup.active(connection, brand_code, sorted(codes))
    new = sorted(code for code, is_new in active.items() if is_new)
    gone = set(new) - await lookup.link(connection, new) if new else set()
    return active.keys() - gone


def _named(proposal: Proposal) -> list[tuple[tuple[str | int, ...], RetailerCode]]:
    named: list[tuple[tuple[str | int, ...], RetailerCode]] = [
        (("retailerAccess", place), code)
        for place, code in enumerate(proposal.retailer_access or ())
    ]
    if proposal.retailer_code is not None:
        named.insert(0, (("retailerCode",), proposal.retailer_code))
    return named


async def consents_by_dealer(
    connection: Connection, keyring: Keyring, codes: Sequence[RetailerCode]
) -> dict[RetailerCode, int]:
    """How many consents each of these dealers may use; one without any has no entry.

    Takes   at most a page of dealers
    Cost    one round trip; it grows with these dealers' consents, which an index alone answers
    """
    code_of = {keyring.retailers.seal(code).hex(): code for code in codes}
    rows = await store.consents_by_dealer(connection, list(code_of))
    return {code_of[row["sealed"]]: row["consents"] for row in rows}
