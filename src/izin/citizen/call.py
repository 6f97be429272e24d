"""What every change of a citizen's works with."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from izin.consent.event import Actor
from izin.consent.model import Proposal, Recorded
from izin.consent.record import OnRepeat, Recorder
from izin.core.address import Address
from izin.core.terms import Source
from izin.keyring import Keyring
from izin.storage.database import Connection


class Made(NamedTuple):
    """A movement that was asked for and is recorded."""

    proposal: Proposal
    recorded: Recorded

    def __repr__(self) -> str:
        """Leave out whose it is."""
        return f"Made({self.proposal.key.brand_code}, {self.proposal.status})"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One change, inside one transaction: by whom, and from where.

    source  what a change of an existing record is recorded with
    since   from when on the address is hers; None: from the beginning
    """

    connection: Connection
    keyring: Keyring
    recorder: Recorder
    address: Address
    source: Source
    since: datetime | None = None

    def __repr__(self) -> str:
        """Leave the address out."""
        return "Call(…)"

    async def record(self, proposals: list[Proposal]) -> list[Made]:
        """Record what may be; give that, in order. What an act is, and counts, is this alone.

        Raises  UnavailableError
        """
        verdicts = await self.recorder.record(
            self.connection, proposals, actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES
        )
        return [
            Made(proposal, verdict)
            for proposal, verdict in zip(proposals, verdicts, strict=True)
            if isinstance(verdict, Recorded)
        ]
