"""The party that somebody, or an account, is to act for: is it there, and what is it called?"""

from izin.core.errors import RefusalError, Refused
from izin.intermediary import lookup as intermediaries
from izin.member.model import Belongs
from izin.partner import lookup as partners
from izin.provider import lookup as providers
from izin.provider.manage import see_that_it_is_open
from izin.storage.database import Connection


async def see_that_it_is_there(connection: Connection, of: Belongs) -> None:
    """See that a party is there, and that a company is not closed.

    Raises  RefusalError H001, IZ033, IZ037 there is no such company, partner or carrier, IZ085 it
            is closed
    """
    found, code, fact = True, "", ""
    if of.iys_code is not None:
        await see_that_it_is_open(connection, of.iys_code)
    elif of.partner_code is not None:
        found, code = await partners.is_there(connection, of.partner_code), "IZ033"
        fact = "partnerCode"
    elif of.intermediary_code is not None:
        found, code = await intermediaries.is_there(connection, of.intermediary_code), "IZ037"
        fact = "carrier"
    if not found:
        raise RefusalError(Refused(code=code, facts=((fact, str(of.code)),)))


async def title_of(connection: Connection, of: Belongs) -> str:
    """What a party that is there is called; of the registry nothing."""
    found: str | None = ""
    if of.iys_code is not None:
        found = (await providers.titles(connection, [of.iys_code])).get(of.iys_code)
    elif of.partner_code is not None:
        found = await partners.title(connection, of.partner_code)
    elif of.intermediary_code is not None:
        found = await intermediaries.title(connection, of.intermediary_code)
    assert found is not None, "whoever has members is there"
    return found
