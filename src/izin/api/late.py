"""Rows that are late (H467) and were in time when they first came: a retry, in the v2 calls."""

from collections.abc import Sequence
from typing import TypeGuard

from izin.api.operation import Call
from izin.api.services import Services
from izin.consent.intake import shape_error
from izin.consent.model import Proposal
from izin.core.errors import Refused

_LATE = "H467"


def is_only_late(read: object) -> TypeGuard[tuple[Refused, ...]]:
    """Is nothing wrong with what was read but that it comes too late?"""
    return isinstance(read, tuple) and all(each.code == _LATE for each in read)


async def refuse_new(
    call: Call[Services], proposals: Sequence[Proposal], late: Sequence[Refused]
) -> None:
    """Refuse the late rows but those that only repeat what stands.

    Takes   proposals: every row, read without the rule · late: what the rule says of them
    Raises  RefusalError H467 (422)
    Cost    two round trips, in this case only
    """
    async with call.services.database.connection() as connection:
        repeated = await call.services.recorder.repeated(connection, proposals)
    left = [each for each in late if (each.index or 0) not in repeated]
    if left:
        raise shape_error(left)
