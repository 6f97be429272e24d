"""What she has done: the receipt of it, how far it has come, and the way back for a day."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

from izin.brand import lookup as brands
from izin.brand.model import Brand
from izin.citizen.acts import Act, Did, acts_of
from izin.citizen.call import Call
from izin.citizen.hers import hers
from izin.citizen.history import Line, page_of
from izin.citizen.progress import Progress, act_of, progress_of
from izin.citizen.records import records_at
from izin.citizen.undo import has_something_to_undo, undo, undone_by
from izin.consent.model import ConsentKey
from izin.consent.opened import open_bodies
from izin.core.terms import RecipientType, Source
from izin.core.turkish import sort_key
from izin.i18n.catalogue import Language
from izin.paper.record import record_pdf
from izin.web.citizen.services import Hall, Row, Visit, call_of, stops_on
from izin.web.shared.visit import Gone, NotThereError, Outcome, Sent, Shown
from izin.web.shared.words import count_in_words, day_in_words, instant_in_words, say

_LISTED_MAX = 20
"""So many records of an act are listed; of more it says how many."""


def by_way(source: Source) -> str:
    """Under which name stands from where it was done? Of 3338 no receipt stands among them."""
    is_text = source is Source.IYS_KISAMESAJ  # a link in one, then
    return "citizen.act_by_link" if is_text else f"source.{source}"


async def show_all(hall: Hall, visit: Visit) -> Outcome:
    """Show what she has done of late."""
    async with hall.database.connection() as connection:
        acts = await acts_of(call_of(hall, visit, connection))
        codes = sorted({each.brand_code for each in acts if each.brand_code is not None})
        known = await brands.some(connection, codes) if codes else []
    names = {each.brand_code: each.name for each in known}
    return Shown("acts.html", {"acts": acts, "names": names, "by_way": by_way})


class _Told(NamedTuple):
    """An act, as far as it has come, with what it changed at its one brand."""

    act: Act
    progress: Progress
    brand: Brand | None
    lines: list[Line]


class _Changed(NamedTuple):
    """One record that an act of several brands changed."""

    brand: str
    key: ConsentKey

    def __repr__(self) -> str:
        """Leave whose it is out."""
        return f"_Changed({self.brand})"


async def _told(call: Call, name: str) -> _Told:
    act = await act_of(call, name)
    if act is None:
        raise NotThereError
    progress = await progress_of(call, act)
    known = [] if act.brand_code is None else await brands.some(call.connection, [act.brand_code])
    return _Told(act, progress, known[0] if known else None, await _lines(call, act, progress))


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show one thing that she has done, as far as it has come."""
    async with hall.database.connection() as connection:
        call = call_of(hall, visit, connection)
        act, progress, brand, lines = await _told(call, visit.path["act"])
        acts = await acts_of(call)
        named = await _named(call, act, progress)
        may_be_undone = act.may_be_undone(visit.now) and undone_by(act, acts) is None
        may_be_undone = may_be_undone and await has_something_to_undo(call, progress)
    undoes = next((each for each in acts if each.act_id == act.undoes), None)
    values = {
        "act": act,
        "left": 0 if undoes is None else undoes.refused - len(progress.events),
        "progress": progress,
        "brand": None if brand is None else brand.name,
        "by_way": by_way,
        "lines": lines,
        "named": named,
        "since": call.since,
        "stops_on": stops_on(hall, act.at),
        "may_be_undone": may_be_undone,
        "undone_by": undone_by(act, acts),
    }
    return Shown("act.html", values)


async def send_paper(hall: Hall, visit: Visit) -> Outcome:
    """Give the receipt as PDF, once all of it has been done."""
    assert visit.who is not None, "the table asks for somebody"
    async with hall.database.connection() as connection:
        told = await _told(call_of(hall, visit, connection), visit.path["act"])
    if told.act.is_void or not told.progress.is_whole:
        raise NotThereError
    rows = [
        (say("field.address", visit.language), visit.who.address.masked),
        *_rows(told, visit.language),
    ]
    if told.act.refused:
        day = day_in_words(stops_on(hall, told.act.at), visit.language)
        rows.append((say("citizen.stops_short", visit.language), day))
    rows.append((say("citizen.receipt", visit.language), told.act.receipt))
    foot = say("citizen.paper_foot", visit.language, page=f"{hall.origin}/verify")
    title = say(f"citizen.did_{told.act.did}", visit.language)
    body = await asyncio.to_thread(record_pdf, title, rows, foot, visit.language.value)
    return Sent(body, "application/pdf", name=f"belge-{told.act.receipt}.pdf")


def _rows(told: _Told, language: Language) -> Iterator[tuple[str, str]]:
    """What was done, as the page says it."""
    act = told.act
    if told.brand is not None:
        yield say("citizen.brand", language), told.brand.name
    yield say("citizen.act_at", language), instant_in_words(act.at, language)
    if act.source is not None:
        yield say("citizen.act_by", language), say(by_way(act.source), language)
    for line in told.lines:
        yield _channel(line, language), _change(line, language)
    if not told.lines:
        count = count_in_words(len(told.progress.events), language)
        yield say("citizen.act_changed", language), count


def _channel(line: Line, language: Language) -> str:
    channel = say(f"channel.{line.channel}", language)
    if line.recipient_type is RecipientType.BIREYSEL:
        return channel
    return f"{channel} – {say(f'recipient.{line.recipient_type}', language)}"


def _change(line: Line, language: Language) -> str:
    after = say(f"consent.{line.after}", language)
    if line.before is None:
        return f"{say('citizen.first_time', language)} {after}"
    before = say(f"consent.{line.before}", language)
    return say("citizen.from_to", language, before=before, after=after)


async def _lines(call: Call, act: Act, progress: Progress) -> list[Line]:
    """What it changed at its one brand, from what to what; nothing where that lies far back."""
    if act.brand_code is None:
        return []
    records = await records_at(call.connection, call.keyring, call.address, act.brand_code)
    own = await hers(call.connection, call.keyring, records, call.since)
    page = await page_of(call, own)
    return [each for each in page.lines if each.event_id in progress.events]


async def _named(call: Call, act: Act, progress: Progress) -> list[_Changed]:
    """What of which brand it changed, where it is of several and all fits a page."""
    is_hers = act.did is Did.REFUSED  # what she said is not hers is counted, and never named
    if not is_hers or act.brand_code or not 0 < len(progress.events) <= _LISTED_MAX:
        return []
    found = await open_bodies(call.connection, call.keyring, progress.events)
    keys = [each.body.key for each in found]
    known = await brands.some(call.connection, sorted({each.brand_code for each in keys}))
    names = {each.brand_code: each.name for each in known}
    named = [_Changed(names.get(each.brand_code, ""), each) for each in keys]
    return sorted(named, key=lambda each: (sort_key(each.brand), each.key.channel))


async def do_undo(hall: Hall, visit: Visit) -> Outcome:
    """Take back what an act refused."""
    async with hall.database.transaction() as connection:
        call = call_of(hall, visit, connection)
        undone = await undo(call, visit.path["act"], now=visit.now)
    if not isinstance(undone, Act):
        return Gone(f"/acts/{visit.path['act']}").saying(undone.value)
    return Gone(f"/acts/{undone.act_id}").saying("undone")


ROWS = (
    Row(path="/acts", shows=show_all, asks=True),
    Row(path="/acts/{act}", shows=show, asks=True),
    Row(path="/acts/{act}/paper", shows=send_paper, asks=True),
    Row(path="/acts/{act}/undo", shows=show, does=do_undo, asks=True),
)
