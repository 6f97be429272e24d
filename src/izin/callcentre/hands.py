"""In whose hands a caller's number is: once in others than those that he was checked in, all ends.

As every session of the pages that showed the number does. Source: decision 0064; security T14
"""

from datetime import datetime

import msgspec

from izin.callcentre.model import Call, Caller
from izin.citizen import number
from izin.citizen.model import day_since
from izin.core.errors import RefusalError, Refused
from izin.keyring import Keyring
from izin.storage.database import Connection


async def checked(
    connection: Connection, keyring: Keyring, caller: Caller, since: datetime | None = None
) -> Caller:
    """Keep of a caller who was just checked since when the number is his, and in whose hands it is.

    Cost    one round trip, none for an e-mail address
    """
    tenure = await number.tenure_of(connection, keyring.citizen, caller.address)
    return msgspec.structs.replace(
        caller, since_day=day_since(since), since_at=since, tenure=tenure
    )


async def have_passed_on(connection: Connection, keyring: Keyring, call: Call) -> bool:
    """Is the number of a known caller in other hands? Cost: as `checked`."""
    return call.is_identified and await number.have_passed_on(
        connection, keyring.citizen, [call.caller.opened]
    )


async def hold(connection: Connection, keyring: Keyring, call: Call) -> None:
    """Hold the number until the caller's transaction ends, so that it passes on before or after.

    Raises  RefusalError IZ163 it is in other hands
    """
    await number.hold(connection, keyring.citizen, [call.caller.address])
    if await have_passed_on(connection, keyring, call):
        raise RefusalError(Refused(code="IZ163"))
