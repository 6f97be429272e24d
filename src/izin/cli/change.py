"""A change of one party, whichever party it is."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from izin.cli.over import over_parties
from izin.cli.screen import CannotError, screen
from izin.i18n.catalogue import Language
from izin.storage.database import Database

ForEver = Annotated[
    bool, typer.Option("--for-ever", help="It is known that this cannot be undone.")
]

_WIRE_NAMES = {
    "brand": "brandCode",
    "carrier": "carrierCode",
    "company": "iysCode",
    "partner": "partnerCode",
}


def see_that_it_is_meant(code: int, *, ends: bool, is_said: bool) -> None:
    """Ask again before something that nobody can undo. Raises CannotError."""
    if ends and not is_said:
        raise CannotError("for_ever", code=code)


def change(
    party: str,
    code: int,
    work: Callable[[Database], Awaitable[None]],
    *,
    ends: bool = False,
    as_json: bool,
    lang: Language,
) -> None:
    """Change a party of this code, and say that it is done.

    Takes   ends: it cannot be undone, and nobody has said that it is meant
    """
    with screen(as_json, lang) as to:
        see_that_it_is_meant(code, ends=ends, is_said=False)
        over_parties(work)
        to.tell(to.said(f"{party}_done", code=code))
        to.give({_WIRE_NAMES[party]: code})
