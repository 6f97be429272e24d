"""A registered company is suspended, let go on, closed; or its activation date is settled."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from izin.audit.change import changing
from izin.audit.model import Principal
from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.provider import store
from izin.provider.model import ProviderState
from izin.provider.register import put
from izin.storage.database import Connection, Database

_STATE = ProviderState
NEXT: Mapping[ProviderState, frozenset[ProviderState]] = {
    _STATE.ACTIVE: frozenset({_STATE.SUSPENDED, _STATE.CLOSED}),
    _STATE.SUSPENDED: frozenset({_STATE.ACTIVE, _STATE.CLOSED}),
    _STATE.CLOSED: frozenset(),
}
"""What may follow; a closed company stays closed. Source: rules 3.5."""


async def set_state(
    database: Database, iys_code: IysCode, state: ProviderState, *, by: Principal
) -> None:
    """Suspend a company, let it go on, or close it for ever. Refusals of a suspended one pass.

    Raises  RefusalError H001 there is none, IZ028 that may not follow · UnavailableError
    """
    async with changing(database, by) as change:
        version = await store.next_version(change)
        provider = await store.one(change, iys_code)
        if provider is None:
            raise _nobody(iys_code)
        if state not in NEXT[provider.state]:
            facts = (("state", provider.state.value), ("to", state.value))
            raise RefusalError(Refused(code="IZ028", facts=facts))
        await put(change, msgspec.structs.replace(provider, state=state), version)


async def set_activation(
    database: Database, iys_code: IysCode, activated_at: datetime, *, by: Principal
) -> None:
    """Settle until when a company may load consents that are older than three business days.

    Raises  RefusalError H001 there is none · UnavailableError
    """
    async with changing(database, by) as change:
        version = await store.next_version(change)
        provider = await store.one(change, iys_code)
        if provider is None:
            raise _nobody(iys_code)
        await put(change, msgspec.structs.replace(provider, activated_at=activated_at), version)


def _nobody(iys_code: IysCode) -> RefusalError:
    return RefusalError(Refused(code="H001", facts=(("iysCode", str(iys_code)),)))


async def see_that_it_is_open(connection: Connection, iys_code: IysCode) -> None:
    """See that a company is there and may be given something: one that is closed gets nothing.

    Raises  RefusalError H001, IZ085
    """
    if not await store.is_there(connection, iys_code):
        raise _nobody(iys_code)
    if await store.is_closed(connection, iys_code):
        raise RefusalError(Refused(code="IZ085", facts=(("iysCode", str(iys_code)),)))
