"""What other slices may ask about verifications, and what is forgotten of them."""

from datetime import datetime
from uuid import UUID

from izin.core.codes import IysCode, PartnerCode
from izin.keyring import Keyring
from izin.storage.database import Connection, Database
from izin.viapass import store
from izin.viapass.model import KEPT, Request, Subscription, Template
from izin.viapass.store import subscription as subscription
from izin.viapass.store import template as template
from izin.viapass.store import templates_in as templates_in


async def request_of(database: Database, iys_code: IysCode, request_id: UUID) -> Request | None:
    """Find a company's own request. Raises UnavailableError."""
    async with database.acting_for(f"company:{iys_code}") as connection:
        return await store.one(connection, request_id, iys_code)


async def company_of(
    database: Database, partner_code: PartnerCode, request_id: UUID
) -> IysCode | None:
    """Whose request it is, of a company that has given the partner ViA. Raises UnavailableError.

    Whether the mandate counts just now, and the partner may act, is the door's to say.
    """
    async with database.acting_for(f"partner:{partner_code}") as connection:
        return await store.whose(connection, request_id)


async def subscription_of(database: Database, iys_code: IysCode) -> Subscription | None:
    """Find what a company has bought. Raises UnavailableError."""
    async with database.acting_for(f"company:{iys_code}") as connection:
        return await store.subscription(connection, iys_code)


async def templates_of(database: Database, iys_code: IysCode, limit: int) -> list[Template]:
    """Find a company's own texts, the newest first. Raises UnavailableError."""
    async with database.acting_for(f"company:{iys_code}") as connection:
        return await store.templates_of(connection, iys_code, limit)


async def request_at(connection: Connection, keyring: Keyring, link: str) -> Request | None:
    """Find the request of a link."""
    return await store.linked(connection, keyring.pseudonyms.token_tag(link))


async def forget_old_requests(connection: Connection, now: datetime, limit: int) -> None:
    """Drop what is older than it is kept."""
    await store.forget(connection, now - KEPT, limit)
