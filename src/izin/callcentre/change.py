"""A caller's word becomes a change: with what was read aloud, a receipt, and a message about it.

What was read lies sealed in the call's own row, and the trail is told afterwards: rows that were
written together with two companies' records would say that both are of one person.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeVar
from uuid import UUID

from izin.audit.change import changing
from izin.audit.model import Action
from izin.brand.model import Brand
from izin.callcentre import hands
from izin.callcentre.calls import Agents
from izin.callcentre.evidence import Read, add
from izin.callcentre.line import is_fixed
from izin.callcentre.model import Call
from izin.callcentre.scripts import OF_STATUS, version_name
from izin.citizen.acts import Act
from izin.citizen.call import Call as Work
from izin.citizen.change import Left, change
from izin.citizen.records import Place
from izin.citizen.refuse import Scope, refuse_all
from izin.consent.model import ConsentKey
from izin.consent.reach import missing_of
from izin.consent.record import Recorder
from izin.core.errors import RefusalError, Refused
from izin.core.plain import cut, shown
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.i18n.catalogue import Language
from izin.i18n.ways import way
from izin.keyring import Keyring
from izin.message.write import Letter, write
from izin.storage.database import Connection, Database

_GOOD_FOR = timedelta(days=1)
_ACTS = "/acts"
"""Where the citizens' pages show what was changed, and take it back."""

L = TypeVar("L", Left, None)

NAME_ROOM = 20
"""Signs of a brand's name in a text message of one segment."""


class Tools(NamedTuple):
    """What a change in a call works with: keys of both sides, and the one writer.

    pages  where the citizens' pages are: the way back that the caller is told
    """

    database: Database
    keyring: Keyring
    recorder: Recorder
    pages: str


class Wish(NamedTuple):
    """What a caller wants of one record, and which text was read to him."""

    place: Place
    to: Status
    script: str


class Heard(NamedTuple):
    """What was heard before a change, and which message tells of it; its receipt is put in."""

    script: str
    to: Status
    words: str
    values: Mapping[str, str] = {}


async def change_one(
    agents: Agents, recorder: Recorder, agent: UUID, wish: Wish, *, now: datetime
) -> Act | Left:
    """Make one record of the caller's ONAY or RET.

    Gives   why, where nothing was recorded: it stands so already, or is none of his
    Raises  RefusalError IZ146 no call is open, or its caller is not known; IZ148 another version of
            the text is read now; IZ163 the number is in other hands · UnavailableError
    """
    if wish.script != version_name(OF_STATUS[wish.to]):
        raise RefusalError(Refused(code="IZ148"))
    call = await agents.identified(agent)
    found = await agents.found(call)
    record = next((each for each in found.records if _is_meant(each.key, wish.place)), None)
    if record is None:
        return Left.NO_RECORD
    values = {
        "brand": cut(shown(record.brand.name), NAME_ROOM),
        "way": _way_of(wish.place, call.caller.language),
        "to": wish.to.value,
    }
    heard = Heard(wish.script, wish.to, "call_changed", values)
    tools = Tools(agents.database, agents.keyring, recorder, agents.pages)
    does = partial(change, wishes={wish.place: wish.to})
    async with tools.database.transaction() as connection:
        done = await _change(tools, connection, call, heard, does, now)
    if isinstance(done, Act):
        await tell_of_change(tools.database, call, wish.to, wish.script)
    return done


async def refuse_in_call(
    tools: Tools,
    connection: Connection,
    call: Call,
    brand: Brand | None,
    *,
    script: str,
    now: datetime,
) -> Act | None:
    """Refuse all that stands at a brand, or everywhere, once the caller is known.

    It is done in the caller's transaction, who tells the trail past it (`tell_of_change`).
    Takes   script: what was said before, with its version
    Gives   None where nothing stands there
    Raises  RefusalError IZ146 the call has ended, or its caller is not known; IZ163 the number is
            in other hands · UnavailableError
    """
    missing = await missing_of(connection, now)
    if brand is None:
        words = "call_refused_all" if missing is None else "call_refusing_all"
        heard = Heard(script, Status.RET, words)
    else:
        values = {"brand": cut(shown(brand.name), NAME_ROOM)}
        heard = Heard(script, Status.RET, "call_refused", values)
    does = partial(refuse_all, scope=scope_of(call, brand), missing=missing)
    return await _change(tools, connection, call, heard, does, now)


async def tell_of_change(database: Database, call: Call, to: Status, script: str) -> None:
    """Write into the trail that something was changed, once that is committed."""
    async with changing(database, call.by) as told:
        told.tell(Action.CALL_CHANGED, call.call_id, to=to.value, script=script)


def scope_of(call: Call, brand: Brand | None = None) -> Scope:
    """What a caller can refuse, at one brand or everywhere: of a fixed line that it is called."""
    channel = Channel.ARAMA if is_fixed(call.caller.address) else None
    return Scope(brand=None if brand is None else brand.brand_code, channel=channel)


async def _change(
    tools: Tools,
    connection: Connection,
    call: Call,
    heard: Heard,
    does: Callable[[Work], Awaitable[Act | L]],
    now: datetime,
) -> Act | L:
    """Change what `does` changes, in one transaction with what was heard and the message."""
    await hands.hold(connection, tools.keyring, call)
    act = await does(work_of(tools, connection, call))
    if isinstance(act, Act):
        await keep_heard(tools, connection, (call, heard, act), now)
    return act


def work_of(tools: Tools, connection: Connection, call: Call) -> Work:
    """What a change for a caller works with."""
    return Work(
        connection=connection,
        keyring=tools.keyring,
        recorder=tools.recorder,
        address=call.caller.address,
        source=Source.IYS_CM,
        since=call.caller.since,
    )


async def keep_heard(
    tools: Tools, connection: Connection, what: tuple[Call, Heard, Act], now: datetime
) -> None:
    """Keep what was heard before an act, and tell the caller. Raises RefusalError IZ146."""
    call, heard, act = what
    read = Read(act.at, act.receipt, heard.script, call.caller.language)
    if not await add(connection, tools.keyring, call.call_id, read):
        raise RefusalError(Refused(code="IZ146"))  # it has ended meanwhile: nothing is changed
    if is_fixed(call.caller.address):
        return  # no message reaches it: its receipt is said
    letter = Letter(
        to=call.caller.address,
        words=heard.words,
        values={
            **heard.values,
            "count": str(act.refused),
            "receipt": act.receipt,
            "url": f"{tools.pages}{_ACTS}",
        },
        language=call.caller.language,
        good_for=_GOOD_FOR,
    )
    await write(connection, tools.keyring.message_sealer, letter, now=now)


def _way_of(place: Place, language: Language) -> str:
    """Which consent it was: as a merchant one may have another by the same way."""
    name = way(place.channel, language)
    if place.recipient_type is RecipientType.BIREYSEL:
        return name
    return f"{name} (tacir)" if language is Language.TR else f"{name} (merchant)"


def _is_meant(key: ConsentKey, place: Place) -> bool:
    return Place(key.brand_code, key.channel, key.recipient_type) == place
