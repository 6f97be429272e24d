"""Single movements of one process that wait are recorded together: one commit for all of them.

RETs travel among themselves and over connections of their own: whatever holds up other movements
does not hold them up. And of those that travel together each goes alone if another's row is locked.
"""

from collections.abc import Sequence
from enum import Enum
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

LOCKED_MAX = 2
"""So many of a process wait for somebody else's lock, each on a connection; others hear 503."""


class _Alone(Enum):
    """Instead of a verdict: those it travelled with broke off, and this one was not recorded."""

    NOW = "now"


class Together:
    """Records what a company's single calls bring; each gets its own verdict."""

    def __init__(
        self, database: Database, reserved: Database, recorder: Recorder, bounds: Bounds = BOUNDS
    ) -> None:
        """Take the one writer, and the connections that RETs have to themselves."""
        self._recorder = recorder
        self._database = database
        self._database_of = {Status.ONAY: database, Status.RET: reserved}
        self._locked = 0
        self._waiting = {
            (on_repeat, status): Coalescer(partial(self._record_all, on_repeat, status), bounds)
            for on_repeat in OnRepeat
            for status in Status
        }

    async def record(self, proposal: Proposal, on_repeat: OnRepeat) -> Verdict:
        """Make a movement durable, or say why not.

        Raises  UnavailableError; if it cut off the commit, whether it happened is unknown
        """
        verdict = await self._waiting[on_repeat, proposal.status].ask(proposal)
        if not isinstance(verdict, _Alone):
            return verdict
        try:
            return await self._record_alone(self._database_of[proposal.status], proposal, on_repeat)
        except LockedError:
            return await self._record_where_locked(proposal, on_repeat)

    async def _record_where_locked(self, proposal: Proposal, on_repeat: OnRepeat) -> Verdict:
        """Somebody's row is locked: only whose it is shall wait, and few at a time."""
        if self._locked >= LOCKED_MAX:
            raise LockedError("a row is locked, and others wait for theirs")
        self._locked += 1
        try:
            return await self._record_alone(self._database, proposal, on_repeat)
        finally:
            self._locked -= 1

    async def _record_alone(
        self, database: Database, proposal: Proposal, on_repeat: OnRepeat
    ) -> Verdict:
        [verdict] = await self._record(database, [proposal], on_repeat, None)
        return verdict

    async def _record_all(
        self, on_repeat: OnRepeat, status: Status, proposals: Sequence[Proposal]
    ) -> "list[Verdict | _Alone]":
        """Record those that wait; where one breaks it off, the verdicts that stand still count."""
        told: dict[int, Verdict] = {}
        try:
            return [*await self._record(self._database_of[status], proposals, on_repeat, told)]
        except Exception as error:  # of whichever of them: only that one shall have it
            if isinstance(error, UnavailableError) and not isinstance(error, LockedError):
                raise
        return [told.get(ord_, _Alone.NOW) for ord_ in range(len(proposals))]

    async def _record(
        self,
        database: Database,
        proposals: Sequence[Proposal],
        on_repeat: OnRepeat,
        told: dict[int, Verdict] | None,
    ) -> list[Verdict]:
        async with database.connection() as connection:
            return await self._recorder.record(
                connection, proposals, actor=Actor.PROVIDER, on_repeat=on_repeat, told=told
            )
