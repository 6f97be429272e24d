"""A fixed line gets no code: who enters one is told which call refuses. Source: decision 0081."""

from http import HTTPStatus

from izin.callcentre.line import is_fixed
from izin.core.address import Address
from izin.core.codes import BrandCode
from izin.web.citizen.services import Hall
from izin.web.shared.visit import Shown


def instead_of_a_code(
    hall: Hall, address: Address, back: str, *, brand: BrandCode | None = None
) -> Shown | None:
    """Give the page that names the menu's number; None where a code can be sent.

    Takes   back: the page where another address is entered
            brand: of which one it is, whose number she keys in there
    """
    if not (hall.menu_phone and is_fixed(address)):
        return None
    values = {"back": back, "brand_code": brand}
    return Shown("fixed_line.html", values, HTTPStatus.UNPROCESSABLE_ENTITY)
