"""Which account an address leads to, or somebody whom the gateway names; and what it holds."""

from uuid import UUID

from izin.account import store
from izin.account.model import Account
from izin.account.seal import opened, opened_holding
from izin.core.address import Address
from izin.storage.database import Connection
from izin.vault.citizen import CitizenKeys


async def of(connection: Connection, keys: CitizenKeys, account_id: UUID) -> Account | None:
    """The account of this id; None where it is gone. Cost: one round trip."""
    sealed = await store.one(connection, account_id)
    return None if sealed is None else opened(keys.accounts, account_id, sealed)


async def holder_of(connection: Connection, keys: CitizenKeys, address: Address) -> UUID | None:
    """Which account holds an address. Cost: one round trip."""
    return await led_to(connection, keys, keys.pseudonyms.holder_tag(address.clear))


async def led_to(connection: Connection, keys: CitizenKeys, tag: UUID) -> UUID | None:
    """Which account a tag leads to. Cost: one round trip."""
    for row in await store.holdings(connection, [tag]):
        return opened_holding(keys.accounts, tag, row["account_sealed"])
    return None
