"""Invitations that are to go by mail are written as mails: the keeper does it.

Whoever invites has no right to write messages, and the courier none to look at members.
"""

from datetime import datetime
from typing import NamedTuple

from izin.core.address import Address, AddressKind
from izin.core.clock import IYS_TIME
from izin.member import store
from izin.member.letter import Invited, opened
from izin.message.write import Letter, write
from izin.storage.database import Connection
from izin.vault.sealing import Sealer

AT_ONCE = 50


class Sealers(NamedTuple):
    """What opens members, and what seals messages."""

    members: Sealer
    messages: Sealer


class Doors(NamedTuple):
    """Where the invited comes in.

    desk  the pages of the registry's own people
    api   the door of everybody else's programs
    """

    desk: str
    api: str


async def mail_invitations(
    connection: Connection, sealers: Sealers, doors: Doors, *, now: datetime
) -> int:
    """Write the mails of invitations that wait for it, in the caller's transaction.

    Gives   how many; what was sealed is gone with them
    Raises  UnavailableError
    Cost    one statement, two for each mail, at most AT_ONCE of them
    """
    waiting = await store.take_letters(connection, now, AT_ONCE)
    for member_id, expires_at, sealed in waiting:
        letter = _letter(opened(sealers.members, member_id, sealed), doors, expires_at, now)
        await write(connection, sealers.messages, letter, now=now)
    return len(waiting)


def _letter(invited: Invited, doors: Doors, until: datetime, now: datetime) -> Letter:
    own = f"{doors.desk}/invitation?invitation={invited.text}"
    values = {
        "party": invited.party,
        "invitation": invited.text,
        "url": f"{doors.api}/x/invitations/open" if invited.party else own,
        "until": f"{until.astimezone(IYS_TIME):%d.%m.%Y %H:%M}",
    }
    return Letter(
        to=Address(invited.to, AddressKind.EMAIL),
        words="invitation_party" if invited.party else "invitation_staff",
        values=values,
        language=invited.language,
        good_for=until - now,
    )
