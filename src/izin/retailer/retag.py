"""The people who stand for a moved brand's dealers are tagged for its new company.

Whoever moves a brand has no keys, so the keeper does it, a bite at a time.
"""

from izin.keyring import Keyring
from izin.retailer import store
from izin.retailer.person import open_all
from izin.storage.database import Database

ROWS = 500


async def retag(database: Database, keyring: Keyring) -> int:
    """Tag those that have no tag; one who stands for another dealer of the company is a twin.

    Gives   how many there were, at most ROWS
    Raises  UnavailableError · KeyLostError, SealBrokenError
    Cost    two round trips and one a dealer; one where there is none
    """
    async with database.connection() as connection:
        found = await store.untagged(connection, ROWS)
        sealed = [(each.code, each.person) for each in found]
        opener = await keyring.openers(blob for _, blob in sealed)
        persons = open_all(opener, sealed)
        for each in found:
            tag = keyring.pseudonyms.person_tag(each.iys_code, persons[each.code].tckn)
            await store.tag(connection, each.code, each.iys_code, tag)
    return len(found)
