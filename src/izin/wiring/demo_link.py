"""A personal link that whoever tries the demonstration can open."""

from datetime import datetime, timedelta

from izin.core.address import REACHED_BY
from izin.core.terms import RecipientType
from izin.keyring import Keyring
from izin.link.find import look_at
from izin.link.make import PATH, put
from izin.link.model import PersonalLink, Reach
from izin.storage.database import Database
from izin.wiring.people import FIRST, examples

NAME = "0rnek0rnek0rnek0"
"""Anybody may know it: the telephone is nobody's."""

_GOOD_FOR = timedelta(days=3650)
"""A demonstration that is started again next year still has it."""


async def lay_link(citizens: Database, keyring: Keyring, now: datetime) -> None:
    """Have one link, of the example who consents, at the first company's master brand."""
    address, *_ = examples()
    reach = Reach(
        brand_code=FIRST.brands[0].brand_code,
        address=address,
        channels=REACHED_BY[address.kind],
        recipient_types=tuple(RecipientType),
    )
    async with citizens.transaction() as connection:
        if await look_at(connection, keyring, NAME, network="demo", now=now) is None:
            await put(
                connection, keyring, [NAME], [PersonalLink(reach=reach, good_until=now + _GOOD_FOR)]
            )


def address_of_link(origin: str) -> str:
    """Where it is."""
    return f"{origin}{PATH}{NAME}"
