"""Single movements of one process that wait are recorded together: one commit for all of them.

RETs travel among themselves and over connections of their own: whatever holds up other movements
does not hold them up. And of those that travel together each goes alone if another's row is locked.
"""

from collections.abc import Sequence
from functools import partial

from izin.consent.coalesce import Bounds, Coalescer
from izin.consent.event import Actor
from izin.consent.model import Proposal, Verdict
from izin.consent.record import OnRepeat, Recorder
from izin.core.errors import LockedError, UnavailableError
from izin.core.terms import Status
from izin.storage.database import Database

BOUNDS = Bounds(batch_max=64, running_max=2, wait_s_max=2.0)
"""Two at a time: while one waits for its commit the next is made."""


class Together:
    """Records what a company's single calls bring; each gets its own verdict."""

    def __init__(
        self, database: Database, reserved: Database, recorder: Recorder, bounds: Bounds = BOUNDS
    ) -> None:
        """Take the one writer, and the connections that RETs have to themselves."""
        self._recorder = recorder
        self._database = database
        self._database_of = {Status.ONAY: database, Status.RET: reserved}
        self._waiting = {
            (on_repeat, status): Coalescer(partial(self._record, on_repeat, status), bounds)
            for on_repeat in OnRepeat
            for status in Status
        }

    async def record(self, proposal: Proposal, on_repeat: OnRepeat) -> Verdict:
        """Make a movement durable, or say why not.

        Raises  UnavailableError; if it cut off the commit, whether it happened is unknown
        """
        try:
            return await self._waiting[on_repeat, proposal.status].ask(proposal)
        except LockedError:
            return await self._record_where_locked(proposal, on_repeat)
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001  # of whichever of them: only that one shall have it
            [verdict] = await self._record(on_repeat, proposal.status, [proposal])
            return verdict

    async def _record_where_locked(self, proposal: Proposal, on_repeat: OnRepeat) -> Verdict:
        """Somebody's row is locked: only whose it is shall wait, and hold no place of others."""
        try:
            [verdict] = await self._record(on_repeat, proposal.status, [proposal])
        except LockedError:
            [verdict] = await self._record_over(self._database, on_repeat, [proposal])
        return verdict

    async def _record(
        self, on_repeat: OnRepeat, status: Status, proposals: Sequence[Proposal]
    ) -> list[Verdict]:
        return await self._record_over(self._database_of[status], on_repeat, proposals)

    async def _record_over(
        self, database: Database, on_repeat: OnRepeat, proposals: Sequence[Proposal]
    ) -> list[Verdict]:
        async with database.connection() as connection:
            return await self._recorder.record(
                connection, proposals, actor=Actor.PROVIDER, on_repeat=on_repeat
            )
