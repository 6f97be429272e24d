"""The people who stand for a moved brand's dealers are tagged for its new company.

Whoever moves a brand has no keys, so the keeper does it, a bite at a time.
"""

import logging

from izin.core.identity import Tckn
from izin.keyring import Keyring
from izin.retailer import store
from izin.retailer.person import open_all
from izin.retailer.store import Untagged
from izin.storage.database import Database
from izin.vault.errors import KeyLostError, SealBrokenError

_log = logging.getLogger("izin.retailer")

ROWS = 500


async def retag(database: Database, keyring: Keyring) -> int:
    """Tag those that have no tag; one who stands for another dealer of the company is a twin.

    One that does not open is named in the log and left: it holds up nobody else.

    Gives   how many were tagged
    Raises  UnavailableError
    Cost    a round trip for ROWS of them, and a transaction of two statements for each
    """
    tagged, after = 0, 0
    while found := await _page(database, after):
        for each in found:
            tagged += await _tag(database, keyring, each)
        after = found[-1].code
    return tagged


async def _page(database: Database, after: int) -> list[Untagged]:
    async with database.connection() as connection:
        return await store.untagged(connection, after, ROWS)


async def _tag(database: Database, keyring: Keyring, each: Untagged) -> bool:
    tckn = await _opened(keyring, each)
    if tckn is None:
        return False
    tag = keyring.pseudonyms.person_tag(each.iys_code, tckn)
    async with database.transaction() as connection:
        await store.hold(connection, each.iys_code)  # nobody enters the same person meanwhile
        await store.tag(connection, each.code, each.iys_code, tag)
    return True


async def _opened(keyring: Keyring, each: Untagged) -> Tckn | None:
    try:
        opener = await keyring.openers([each.person])
        return open_all(opener, [(each.code, each.person)])[each.code].tckn
    except (KeyLostError, SealBrokenError):
        _log.exception("who stands for a dealer does not open", extra={"dealer": each.code})
        return None
