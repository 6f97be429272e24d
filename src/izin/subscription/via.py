"""Credits of İYS Yolu: one for each consent or refusal that the registry obtains for a company.

Source  contract 1.14, 1.17 (H1015, H1092, H1093)
"""

from datetime import datetime
from uuid import uuid4

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.provider import lookup as providers
from izin.provider.model import Subscription
from izin.storage.database import Connection, Database
from izin.subscription import store
from izin.subscription.model import ViaPlan


async def put(
    database: Database,
    of: IysCode,
    *,
    credit: int,
    during: tuple[datetime, datetime],
    by: Principal,
) -> ViaPlan:
    """Let a company have so many credits; what it had before is over.

    Takes   credit: UNLIMITED, or how many · during: from when, and until when, exclusive
    Raises  RefusalError H001 there is no such company · UnavailableError
    """
    starts_at, ends_at = during
    name = "ViA" if credit < 0 else f"ViA-{credit}"
    plan = ViaPlan(plan_id=uuid4(), name=name, starts_at=starts_at, ends_at=ends_at, credit=credit)
    async with changing(database, by) as change:
        if not await providers.is_there(change.connection, of):
            raise RefusalError(Refused(code="H001", facts=(("iysCode", str(of)),)))
        await store.put_via_plan(change, of, plan)
        until = ends_at.isoformat()
        change.tell(Action.VIA_PLAN_PUT, plan.plan_id, of=of, credit=credit, until=until)
    return plan


async def see_that_it_has(
    connection: Connection, of: IysCode, count: int, *, now: datetime
) -> None:
    """See that a company may ask for so many answers.

    Raises  RefusalError H1093 it has no plan, H1092 that has ended or not begun, H1015 too few
            credits are left
    """
    plan = await store.via_plan(connection, of)
    if plan is None:
        raise RefusalError(Refused(code="H1093", facts=(("iysCode", str(of)),)))
    if plan.status(now) is not Subscription.ACTIVE:
        raise RefusalError(Refused(code="H1092"))
    if not plan.has(count):
        raise RefusalError(Refused(code="H1015"))


async def hold(connection: Connection, of: IysCode, count: int) -> None:
    """Hold credits back for what a request may bring, in the transaction that begins it.

    Whatever it ends by, the database gives back what it holds then.
    Raises  RefusalError H1015 there are not so many that no other request holds
    """
    if not await store.hold_via(connection, of, count):
        raise RefusalError(Refused(code="H1015"))


async def take(connection: Connection, of: IysCode, count: int) -> None:
    """Take credits in the transaction of what they are for: they were held back for it.

    Nobody is refused an answer because a company's credits were written anew meanwhile.
    """
    await store.take_via(connection, of, count)
