"""A change of one party, whichever party it is."""

from collections.abc import Awaitable, Callable

from izin.cli.over import over_parties
from izin.cli.screen import screen
from izin.i18n.catalogue import Language
from izin.storage.database import Database

_WIRE_NAMES = {
    "brand": "brandCode",
    "carrier": "carrierCode",
    "company": "iysCode",
    "partner": "partnerCode",
}


def change(
    party: str,
    code: int,
    work: Callable[[Database], Awaitable[None]],
    *,
    as_json: bool,
    lang: Language,
) -> None:
    """Change a party of this code, and say that it is done."""
    with screen(as_json, lang) as to:
        over_parties(work)
        to.tell(to.said(f"{party}_done", code=code))
        to.give({_WIRE_NAMES[party]: code})
