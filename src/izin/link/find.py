"""A link is opened: whoever opens too many that are none is stopped.

Source  security T31
"""

from datetime import datetime

from izin.core.linkname import read
from izin.keyring import Keyring
from izin.link import store
from izin.link.make import bucket_of, opened, tag_of
from izin.link.model import PersonalLink
from izin.proof.model import Budget
from izin.proof.send import spend
from izin.storage.database import Connection

MISSES = Budget("link_misses", 30, 3600)
"""Of one network: names under which there is no link."""

_CODE = "IZ125"


async def look_at(
    connection: Connection, keyring: Keyring, text: str, *, network: str, now: datetime
) -> PersonalLink | None:
    """What is behind a link?

    Takes   text: its name, as it stands in the address
    Gives   None where there is none, or it is over
    Raises  TooManyError IZ125: there is none, and too many such were opened from this network.
            One that is there is shown all the same: nobody guesses eighty bits, and a network may
            be a whole operator's · UnavailableError
    Cost    a round trip, and one more for what is none
    """
    return await _found(connection, keyring, text, (network, now), is_held=False)


async def hold(
    connection: Connection, keyring: Keyring, text: str, *, network: str, now: datetime
) -> PersonalLink | None:
    """The same for whoever refuses by it: one at a time, and whatever others of his network do.

    Takes   connection: in a transaction
    """
    return await _found(connection, keyring, text, (network, now), is_held=True)


async def _found(
    connection: Connection, keyring: Keyring, text: str, who: tuple[str, datetime], *, is_held: bool
) -> PersonalLink | None:
    network, now = who
    name, sealed = read(text), None
    if name is not None:
        tag = tag_of(keyring, name)
        one = store.held if is_held else store.one
        sealed = await one(connection, tag, bucket_of(tag))
        if sealed is not None:
            link = await opened(keyring, tag, sealed)
            return link if now < link.good_until else None
    miss = (MISSES, keyring.proofs.network_tag(f"link {network}"))
    await spend(connection, [miss], _CODE)
    return None
