"""A telephone wrote to 3338: do what it asks, and say what to answer.

Source  data page 5; law.md C-22; Reg. 9
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from izin.admission.tries import counted
from izin.brand.model import Brand
from izin.consent.reach import follow
from izin.consent.record import Recorder
from izin.core.address import Address
from izin.core.terms import Channel
from izin.keyring import Keyring
from izin.shortcode.brands import Meant, find
from izin.shortcode.call import Call
from izin.shortcode.grammar import (
    Approve,
    Command,
    Confirm,
    Decline,
    Refuse,
    RefuseAll,
    State,
    Which,
    parse,
)
from izin.shortcode.heard import may_be_answered
from izin.shortcode.question import LIFE, answered, ask
from izin.shortcode.refuse import all_consenting, end_all, refuse
from izin.shortcode.replies import say, say_choices, say_of
from izin.shortcode.state import counts, state_at
from izin.storage.database import Connection, Database

ANSWERS_AN_HOUR = 20
"""To one telephone; past them it is told so once, then nothing is said, and refusals count."""

_LANE = "3338"


class Tools(NamedTuple):
    """What texts are answered with: keys of both sides, the one writer, and whom to call."""

    keyring: Keyring
    recorder: Recorder
    call_centre: str = ""


async def answer(
    database: Database, tools: Tools, sender: Address, text: str, *, now: datetime
) -> str | None:
    """What is to be answered to a text? What it asks for is done when this comes back.

    Takes   database, tools: of a process of both sides · sender: `read_sender` of what the bound
            operator said, and of nobody else; its texts best one after the other, for each that
            waits for another of its telephone holds a connection · text as it came
    Gives   one segment; None where nothing is to be sent: to no mobile telephone of this country,
            and past ANSWERS_AN_HOUR. RET, and EVET to what was asked, count all the same
    Raises  UnavailableError: the text has to come again; if the commit was cut off a RET may be
            recorded, and is then told as one that stands
    Cost    one transaction; of `RET <brand>` nine round trips at most, begin and commit included
    """
    missing = await follow(database) if asks_for_all(text) else None
    async with database.transaction() as connection:
        return await answer_in(connection, tools, sender, text, now=now, missing=missing)


def asks_for_all(text: str) -> bool:
    """Is it about all of the sender's records, as far as the citizens' view has them?"""
    command = parse(text)
    return isinstance(command, RefuseAll | Confirm) or command == State(None)


async def answer_in(
    connection: Connection,
    tools: Tools,
    sender: Address,
    text: str,
    *,
    now: datetime,
    missing: datetime | None = None,
) -> str | None:
    """The same, in a transaction of the caller's.

    Takes   missing: since when something may not be in the citizens' view yet; None: all is
    """
    command = parse(text)
    # the sender's own row is locked by it: one text of a telephone at a time, so that of fifty
    # at once the second already finds what the first has done
    tag = tools.keyring.citizen.pseudonyms.sender_tag(sender.clear)
    count = await counted(connection, _LANE, tag, ANSWERS_AN_HOUR + 1)
    is_answered = may_be_answered(sender)
    is_heard = is_answered and count <= ANSWERS_AN_HOUR
    silence = say("enough") if is_answered and count == ANSWERS_AN_HOUR + 1 else None
    if not is_heard and not isinstance(command, Refuse | RefuseAll | Confirm):
        return silence
    call = Call(
        connection=connection,
        keyring=tools.keyring,
        recorder=tools.recorder,
        sender=sender,
        now=now,
        missing=missing,
    )
    reply = await _reply(call, command, tools.call_centre)
    return reply if is_heard else silence


async def _reply(call: Call, command: Command, call_centre: str) -> str:
    match command:
        case Refuse(which):
            reply = await _about(call, which, partial(refuse, call), "RET")
        case State(None):
            reply = await counts(call)
        case State(Which() as which):
            reply = await _about(call, which, partial(state_at, call), "DURUM")
        case RefuseAll():
            reply = await _ask(call)
        case Confirm():
            reply = await _refuse_all(call)
        case Decline():
            reply = say("declined" if await answered(call) else "not_asked")
        case Approve():
            reply = say("no_approval")
        case _:
            reply = say("help", call_centre=f" {call_centre}" if call_centre else "")
    return reply


async def _about(call: Call, which: Which, do: Callable[[Brand], Awaitable[str]], word: str) -> str:
    """Do it with the brand that is meant, or say what to write after this word instead."""
    found = await find(call, which)
    if isinstance(found, Meant):
        if found.channel is Channel.MESAJ:
            return await do(found.brand)
        return say_of("calls", found.brand)
    if not found.brands:
        return say("unknown")
    return say_choices("several" if found.is_several else "near", found.brands, word)


async def _ask(call: Call) -> str:
    brands = await all_consenting(call)
    if not brands and call.missing is None:
        return say("all_none")
    await ask(call, len(brands))
    words = "all_asked" if call.missing is None else "all_asked_late"
    return say(words, count=len(brands), minutes=LIFE.seconds // 60)


async def _refuse_all(call: Call) -> str:
    if not await answered(call):
        return say("not_asked")
    ended = await end_all(call)
    if ended is None:
        return say("all_none")
    if ended.goes_on:
        return say("all_being_refused", receipt=ended.receipt)
    return say("all_refused", count=ended.brands, receipt=ended.receipt)
