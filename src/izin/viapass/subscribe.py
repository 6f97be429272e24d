"""A company buys verifications."""

from datetime import datetime
from uuid import uuid4

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.provider import lookup as providers
from izin.storage.database import Database
from izin.viapass import store
from izin.viapass.model import UNLIMITED


async def subscribe(
    database: Database, iys_code: IysCode, credit: int, ends_at: datetime, *, by: Principal
) -> None:
    """Give a company so many verifications until then, beside what it has.

    Takes   credit: 1 at least, or -1 for any number
    Raises  RefusalError H001 there is no such company · UnavailableError
    """
    assert credit == UNLIMITED or credit > 0, "nothing cannot be bought"
    package = "VIA-PASS" if credit == UNLIMITED else f"VIA-PASS-{credit}"
    async with changing(database, by) as change:
        if not await providers.is_there(change.connection, iys_code):
            raise RefusalError(Refused(code="H001", facts=(("iysCode", str(iys_code)),)))
        await store.subscribe(change, uuid4(), iys_code, package, credit, ends_at)
        change.tell(Action.VERIFICATIONS_PUT, iys_code, of=iys_code, credit=credit, package=package)
