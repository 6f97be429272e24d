"""The registry's people register a carrier, let it ask, suspend it."""

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.core.codes import IntermediaryCode
from izin.core.errors import RefusalError, Refused
from izin.intermediary import store
from izin.intermediary.model import NEXT, Intermediary, IntermediaryState
from izin.provider.lookup import next_version
from izin.storage.database import Database


async def enter(database: Database, carrier: Intermediary, *, by: Principal) -> None:
    """Register a carrier.

    Raises  RefusalError IZ036 the code is taken · UnavailableError
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        if not await store.enter(change, carrier, version):
            raise RefusalError(Refused(code="IZ036", facts=_of(carrier.intermediary_code)))
        _tell(change, carrier)


async def move(
    database: Database, code: IntermediaryCode, to: IntermediaryState, *, by: Principal
) -> None:
    """Take a carrier to its next step.

    Raises  RefusalError IZ037 there is none, IZ028 that may not follow · UnavailableError
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        carrier = await store.one(change, code)
        if carrier is None:
            raise RefusalError(Refused(code="IZ037", facts=_of(code)))
        if to not in NEXT[carrier.state]:
            facts = (("state", carrier.state.value), ("to", to.value))
            raise RefusalError(Refused(code="IZ028", facts=facts))
        carrier = msgspec.structs.replace(carrier, state=to)
        await store.change(change, carrier, version)
        _tell(change, carrier)


def _of(code: IntermediaryCode) -> tuple[tuple[str, str], ...]:
    return (("carrier", str(code)),)


def _tell(change: Change, carrier: Intermediary) -> None:
    change.tell(
        Action.CARRIER_PUT,
        carrier.intermediary_code,
        title=carrier.title,
        state=carrier.state.value,
    )
