"""An address is nobody's any more, or somebody else's: whatever went there before is over.

Source  decision 0086
"""

from collections.abc import Sequence

from izin.core.address import Address
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.viapass import store


async def end_of_addresses(
    connection: Connection, keyring: Keyring, addresses: Sequence[Address]
) -> None:
    """End every code and link that is open there, in the caller's transaction.

    Cost    two round trips, and 3 µs for each company that had an address verified and each address
    """
    companies = await store.companies(connection)
    pairs = [(each, to) for each in companies for to in addresses]
    tags = [keyring.pseudonyms.provider_tag(each, to.clear)[0] for each, to in pairs]
    await store.end_of(connection, [each for each, _ in pairs], tags)
