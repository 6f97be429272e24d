"""A caller's word becomes a change: with what was read aloud, a receipt, and a message about it.

What was read lies sealed in the call's own row, and the trail is told afterwards: rows that were
written together with two companies' records would say that both are of one person.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from izin.audit.change import changing
from izin.audit.model import Action
from izin.callcentre.calls import Agents, principal
from izin.callcentre.evidence import Read, add
from izin.callcentre.model import Call
from izin.callcentre.scripts import OF_STATUS, version_name
from izin.citizen.acts import Act
from izin.citizen.call import Call as Work
from izin.citizen.change import change
from izin.citizen.records import Place, Record
from izin.consent.model import ConsentKey
from izin.consent.record import Recorder
from izin.core.errors import RefusalError, Refused
from izin.core.plain import cut, shown
from izin.core.terms import Source, Status
from izin.i18n.ways import way
from izin.message.write import Letter, write
from izin.storage.database import Connection

_GOOD_FOR = timedelta(days=1)
NAME_ROOM = 20
"""Signs of a brand's name in a text message of one segment."""


class Wish(NamedTuple):
    """What a caller wants of one record, and which text was read to him."""

    place: Place
    to: Status
    script: str


async def change_one(
    agents: Agents, recorder: Recorder, agent: UUID, wish: Wish, *, now: datetime
) -> Act | None:
    """Make one record of the caller's ONAY or RET.

    Gives   None where it stands so already, or is none of his
    Raises  RefusalError IZ146 no call is open, or its caller is not known; IZ148 another version of
            the text is read now · UnavailableError
    """
    if wish.script != version_name(OF_STATUS[wish.to]):
        raise RefusalError(Refused(code="IZ148"))
    call = await agents.identified(agent)
    records = await agents.records(call)
    record = next((each for each in records if _is_meant(each.key, wish.place)), None)
    if record is None:
        return None
    async with agents.database.transaction() as connection:
        work = Work(
            connection=connection,
            keyring=agents.keyring,
            recorder=recorder,
            address=call.caller.address,
            source=Source.IYS_CM,
            since=call.caller.since,
        )
        act = await change(work, {wish.place: wish.to})
        if act is None:
            return None
        await _keep(agents, connection, (call, record, wish, act), now)
    async with changing(agents.database, principal(agent)) as told:
        told.tell(Action.CALL_CHANGED, call.call_id, to=wish.to.value, script=wish.script)
    return act


async def _keep(
    agents: Agents, connection: Connection, what: tuple[Call, Record, Wish, Act], now: datetime
) -> None:
    call, record, wish, act = what
    language = call.caller.language
    read = Read(act.at, act.receipt, wish.script, language)
    if not await add(connection, agents.keyring, call.call_id, read):
        raise RefusalError(Refused(code="IZ146"))  # it has ended meanwhile: nothing is changed
    letter = Letter(
        to=call.caller.address,
        words="call_changed",
        values={
            "brand": cut(shown(record.brand.name), NAME_ROOM),
            "way": way(wish.place.channel, language),
            "to": wish.to.value,
            "receipt": act.receipt,
        },
        language=language,
        good_for=_GOOD_FOR,
    )
    await write(connection, agents.keyring.message_sealer, letter, now=now)


def _is_meant(key: ConsentKey, place: Place) -> bool:
    return Place(key.brand_code, key.channel, key.recipient_type) == place
