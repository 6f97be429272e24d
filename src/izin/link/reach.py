"""What a link reaches: a brand, its company, and those records that there are.

Existing records only, so that no address reaches a brand that never had it.

Source  data page 4
"""

from izin.brand import lookup as brands
from izin.consent.of_citizen import key_under, standings
from izin.keyring import Keyring
from izin.link.model import Found, Reach, Reached
from izin.provider import lookup as providers
from izin.storage.database import Connection


async def found_by(connection: Connection, keyring: Keyring, reach: Reach) -> Found | None:
    """What stands there now; None where the brand is gone. Cost: three round trips."""
    known = await brands.some(connection, [reach.brand_code])
    if not known:
        return None
    [brand] = known
    titles = await providers.titles(connection, [brand.iys_code])
    keys = [
        key_under(brand, channel, recipient_type, reach.address)
        for channel in reach.channels
        for recipient_type in reach.recipient_types
    ]
    found = await standings(connection, keyring, keys)
    records = tuple(
        Reached(key, standing)
        for key, standing in zip(keys, found, strict=True)
        if standing is not None
    )
    return Found(brand, titles.get(brand.iys_code, ""), records)
