"""Dealers beside consents: are those that rows name the brand's own, how many may each use?"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from izin.brand import lookup as brands
from izin.consent import store
from izin.consent.model import ConsentKey, Proposal
from izin.consent.store import KeyColumns
from izin.consent.stored import key_columns
from izin.core.codes import BrandCode, RetailerCode, company
from izin.core.errors import RefusalError, Refused
from izin.keyring import Keyring
from izin.retailer import lookup
from izin.storage.database import Connection, Database, acting_for


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


async def know_listed(
    database: Database, brand_code: BrandCode, codes: Sequence[RetailerCode]
) -> None:
    """Refuse the call when one of these is not an active dealer of the brand.

    Raises  RefusalError H180 (403), every unknown one by its place
    Cost    as `unknown_dealers`
    Source  contract 1.12
    """
    async with database.connection() as connection:
        known = await _linked(connection, brand_code, set(codes))
    unknown = [
        Refused(code="H180", location=("retailerAccess", place), value=code)
        for place, code in enumerate(codes)
        if code not in known
    ]
    if unknown:
        raise RefusalError(unknown)


async def know_any(
    database: Database, brand_code: BrandCode, codes: Sequence[RetailerCode]
) -> None:
    """Refuse the call when one of these is no dealer of the brand, active or not.

    Raises  RefusalError H058 (404), one for each unknown one
    Cost    one round trip
    Source  contract 1.12, removeRelationBetweenRetailer
    """
    async with database.connection() as connection:
        known = await lookup.titles(connection, brand_code, codes)
    unknown = [
        Refused(code="H058", facts=(("retailerCode", str(code)),))
        for code in codes
        if code not in known
    ]
    if unknown:
        raise RefusalError(unknown)


async def _linked(
    connection: Connection, brand_code: BrandCode, codes: set[RetailerCode]
) -> set[RetailerCode]:
    """Which of these are active dealers of the brand? None of them can be deleted any more."""
    active = await lookup.active(connection, brand_code, sorted(codes))
    new = sorted(code for code, is_new in active.items() if is_new)
    return active.keys() - (await _gone(connection, brand_code, new) if new else set())


async def _gone(
    connection: Connection, brand_code: BrandCode, new: list[RetailerCode]
) -> set[RetailerCode]:
    """Say of dealers that a consent names them; give those that went meanwhile."""
    owner = await brands.owner(connection, brand_code)
    if owner is None:
        return set(new)
    async with acting_for(connection, company(owner)):
        return set(new) - await lookup.link(connection, new)


def _named(proposal: Proposal) -> list[tuple[tuple[str | int, ...], RetailerCode]]:
    named: list[tuple[tuple[str | int, ...], RetailerCode]] = [
        (("retailerAccess", place), code)
        for place, code in enumerate(proposal.retailer_access or ())
    ]
    if proposal.retailer_code is not None:
        named.insert(0, (("retailerCode",), proposal.retailer_code))
    return named


class Grant(NamedTuple):
    """One dealer that may use a consent, which is named by its row among the keys."""

    row: int
    code: RetailerCode


async def grant(
    connection: Connection, keyring: Keyring, keys: KeyColumns, grants: Sequence[Grant]
) -> None:
    """Replace all dealers that may use these consents, inside the caller's transaction.

    Cost    two statements
    """
    await store.replace_retailers_out(connection, keys)
    await store.replace_retailers_in(
        connection,
        keys.picked([each.row for each in grants]),
        [keyring.retailers.seal(each.code) for each in grants],
    )


async def dealers_of(
    connection: Connection, keyring: Keyring, key: ConsentKey
) -> list[RetailerCode]:
    """Which dealers may use a consent, in order? None of one that is not there.

    Cost    one round trip; a consent has at most 3,000
    """
    [dealers] = await dealers_at(connection, keyring, [key])
    return dealers


async def dealers_at(
    connection: Connection, keyring: Keyring, keys: Sequence[ConsentKey]
) -> list[list[RetailerCode]]:
    """Which dealers may use each of these consents? Cost: one round trip."""
    found: list[list[RetailerCode]] = [[] for _ in keys]
    for row in await store.stored_retailers(connection, key_columns(keyring.pseudonyms, keys)):
        found[row["ord"] - 1] += map(keyring.retailers.open, row["sivs"] or ())
    return [sorted(each) for each in found]


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
