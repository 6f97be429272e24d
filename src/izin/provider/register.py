"""A provider is entered, or entered anew."""

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.provider import store
from izin.provider.model import Provider
from izin.storage.database import Database


async def register(database: Database, provider: Provider, *, by: Principal) -> None:
    """Enter a provider; one that is known takes the new facts.

    Cost  one transaction, three statements; party changes wait for one another
    """
    async with changing(database, by) as change:
        await put(change, provider, await store.next_version(change))


async def put(change: Change, provider: Provider, version: int) -> None:
    """Enter a provider in a change of parties that has begun, and tell of it."""
    await store.put(change, provider, version)
    activated_at = provider.activated_at
    change.tell(
        Action.PROVIDER_PUT,
        provider.iys_code,
        of=provider.iys_code,
        title=provider.title,
        activatedAt=None if activated_at is None else activated_at.isoformat(),
        subscription=provider.subscription.value,
        hasApi=provider.has_api,
        state=provider.state.value,
    )
