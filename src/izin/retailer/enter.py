"""A company enters a dealer of its brand."""

import secrets
from datetime import datetime
from uuid import UUID

import msgspec

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.brand import lookup as brands
from izin.core.codes import BrandCode, IysCode, RetailerCode, company
from izin.core.errors import RefusalError, Refused
from izin.keyring import Keyring
from izin.retailer import store
from izin.retailer.intake import Entry
from izin.retailer.model import Retailer, RetailerStatus, Sealed
from izin.retailer.person import seal
from izin.storage.database import Connection, Database

PER_BRAND_MAX = 3000
"""Source: rule R-100 of docs/law.md, contract 1.11."""

CODE_LEAST, CODES = 10_000_000, 90_000_000
TRIES = 50


async def enter(
    database: Database,
    keyring: Keyring,
    entry: Entry,
    *,
    of: tuple[IysCode, BrandCode],
    now: datetime,
    by: Principal,
) -> RetailerCode:
    """Enter a dealer under a new code of eight digits.

    Takes   of: the company and its brand · now: in which quarter the person is sealed
    Raises  RefusalError H230 the company has a dealer of this MERSİS number, H231 of this person,
            H253 and that one is passive, H067 no code is left, IZ016 the brand has as many as it
            may, H353 the brand is another's by now · UnavailableError
    Cost    six round trips; dealers of one company wait for one another
    """
    iys_code, brand_code = of
    sealer = await keyring.brand_sealer(keyring.pseudonyms.brand_ref(brand_code), now)
    tag = keyring.pseudonyms.person_tag(iys_code, entry.person.tckn)
    async with changing(database, by, acting_for=company(iys_code)) as change:
        connection = change.connection
        await store.hold(connection, iys_code)
        if await brands.owner(connection, brand_code) != iys_code:  # it has moved since
            raise RefusalError(Refused(code="H353", facts=(("field", "brandCode"),)))
        await _refuse_twins(connection, iys_code, entry, tag)
        counts = await store.count_by_brand(connection, [brand_code])
        if counts.get(brand_code, 0) >= PER_BRAND_MAX:
            raise RefusalError(Refused(code="IZ016", facts=(("most", str(PER_BRAND_MAX)),)))
        for _ in range(TRIES):
            code = RetailerCode(CODE_LEAST + secrets.randbelow(CODES))
            retailer = Retailer(
                retailer_code=code, brand_code=brand_code, **msgspec.structs.asdict(entry.facts)
            )
            body = seal(sealer, code, entry.person)
            if await store.enter(change, retailer, Sealed(iys_code=iys_code, tag=tag, body=body)):
                status = retailer.status.value
                change.tell(
                    Action.RETAILER_ENTERED, code, of=iys_code, brandCode=brand_code, status=status
                )
                return code
    raise RefusalError(Refused(code="H067"))


async def _refuse_twins(connection: Connection, iys_code: IysCode, entry: Entry, tag: UUID) -> None:
    refused = [
        Refused(code="H253" if twin.status is RetailerStatus.PASSIVE else code, location=(field,))
        for twin in await store.twins(connection, iys_code, entry.facts.mersis, tag)
        for is_same, code, field in (
            (twin.is_same_firm, "H230", "mersis"),
            (twin.is_same_person, "H231", "tckn"),
        )
        if is_same
    ]
    if refused:
        raise RefusalError(sorted(refused, key=lambda each: each.location))
