"""Without a module a company may have a few of what the module is for, and no more."""

from datetime import datetime

from izin.core.clock import IYS_TIME
from izin.core.codes import IysCode
from izin.core.errors import RefusalError
from izin.storage.database import Connection
from izin.subscription import store
from izin.subscription.model import Counted, standing
from izin.subscription.modules import too_many


async def see_that_it_may(
    connection: Connection,
    iys_code: IysCode | None,
    thing: Counted,
    count: int,
    now: datetime,
) -> None:
    """See that a company may have so many of a thing, what is wanted counted in.

    Takes   iys_code: None for whoever is no company, and whom no package limits
    Raises  RefusalError IZ078
    Source  decision 0047
    """
    if iys_code is None:
        return
    each = standing(tuple(await store.of_party(connection, iys_code, None)), now)
    refused = too_many(each, thing, count, now.astimezone(IYS_TIME).year)
    if refused is not None:
        raise RefusalError(refused)
