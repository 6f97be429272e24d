"""What a token may be asked for: the registry, or one company at it. Source: RFC 8707."""

import re
from datetime import datetime

from izin.access.directory import Directory
from izin.core.codes import IysCode
from izin.core.origin import without_default_port
from izin.member.model import Belongs


def company_in(resource: object, base_url: str) -> IysCode | bool | None:
    """Read a resource.

    Gives   a company's code; None for the registry as a whole; False for what is neither
    """
    if resource is None:
        return None
    told = without_default_port(resource) if isinstance(resource, str) else ""
    if told in (base_url, base_url + "/"):
        return None
    if not told.startswith(base_url):
        return False
    found = _COMPANY.fullmatch(told.removeprefix(base_url))
    return False if found is None else IysCode(int(found[1]))


_COMPANY = re.compile(r"/sps/([1-9][0-9]{0,14})", re.ASCII)


def may_ask_for(directory: Directory, of: Belongs, iys_code: IysCode, now: datetime) -> bool:
    """May an account get a token for this company? Unknown ones answer like foreign ones.

    Raises  UnavailableError
    """
    if of.iys_code is not None:
        return of.iys_code == iys_code
    if of.partner_code is None:
        return directory.provider(iys_code) is not None
    return any(
        each.stands(now)
        for brand in directory.brands_of(iys_code)
        for each in directory.mandates(of.partner_code, brand.brand_code)
    )
