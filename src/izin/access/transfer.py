"""A brand goes to another company: its rights go with it, and none stays behind."""

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.brand import lookup as brands
from izin.brand.manage import the_brand
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError, Refused
from izin.member.manage import take_brand
from izin.member.model import Belongs
from izin.partner.mandate import take_all_back
from izin.provider import lookup as providers
from izin.provider.manage import see_that_it_is_open
from izin.retailer import lookup as retailers
from izin.storage.database import Database


async def transfer_brand(
    database: Database, code: BrandCode, to: IysCode, *, by: Principal
) -> None:
    """Give a brand to another company, with its consents, its dealers and its short names.

    Whoever acts for the old company reaches it no more as soon as the copies of the parties are
    young again. Consents stay where they are: see decision 0042.

    Raises  RefusalError H018 there is no such brand, H001 no such company, IZ022 it leads others,
            of which another has to lead first, IZ039 it is that company's, IZ085 that one is closed
            · UnavailableError
    Cost    one transaction of a dozen statements; party changes wait for one another
    """
    async with changing(database, by) as change:
        version = await providers.next_version(change)
        brand = await the_brand(change, code)
        await see_that_it_is_open(change.connection, to)
        if brand.iys_code == to:
            raise RefusalError(Refused(code="IZ039", facts=(("brandCode", str(code)),)))
        for company in sorted((brand.iys_code, to)):  # nobody enters a dealer meanwhile
            await retailers.hold(change.connection, company)
        left = await brands.of_provider(change.connection, brand.iys_code)
        if brand.is_master and len(left) > 1:
            raise RefusalError(Refused(code="IZ022", facts=(("brandCode", str(code)),)))
        found = await brands.of_provider(change.connection, to)
        is_master = not found and not brand.is_test
        await take_all_back(change, (brand.iys_code, code))
        await take_brand(change, Belongs(iys_code=brand.iys_code), code)
        await brands.move(change, code, to, version, is_master=is_master)
        await retailers.move_brand(change, code, to)
        facts = {"from": brand.iys_code, "to": to}
        for company in {brand.iys_code, to}:
            change.tell(Action.BRAND_MOVED, code, of=company, **facts)
