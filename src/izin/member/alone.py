"""Whoever changes who acts for a party does so alone, and is still one who may."""

from uuid import UUID

from izin.audit.change import Change
from izin.audit.model import PrincipalKind
from izin.core.errors import RefusalError, Refused
from izin.member import store
from izin.member.model import Belongs


async def alone(change: Change, of: Belongs) -> None:
    """Wait for whoever changes the party's people or accounts, and see that one was not stopped.

    A process may know a session five seconds longer than it lasts: nothing is given in them.

    Raises  RefusalError H351 the member who asks was stopped
    """
    await store.hold_party(change.connection, of.party)
    by = change.by
    if by.kind is PrincipalKind.MEMBER and not await _acts(change, UUID(by.name)):
        raise RefusalError(Refused(code="H351"))


async def _acts(change: Change, member_id: UUID) -> bool:
    return await store.hold(change.connection, member_id) is not None
