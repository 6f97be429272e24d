"""What she has done: the receipt of it, how far it has come, and the way back for a day."""

from izin.brand import lookup as brands
from izin.citizen.acts import Act, acts_of
from izin.citizen.call import Call
from izin.citizen.hers import hers
from izin.citizen.history import Line, page_of
from izin.citizen.progress import Progress, act_of, progress_of
from izin.citizen.records import records_at
from izin.citizen.undo import undo, undone_by
from izin.web.citizen.services import Hall, Row, Visit, call_of, stops_on
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown


async def show_all(hall: Hall, visit: Visit) -> Outcome:
    """Show what she has done of late."""
    async with hall.database.connection() as connection:
        acts = await acts_of(call_of(hall, visit, connection))
        codes = sorted({each.brand_code for each in acts if each.brand_code is not None})
        known = await brands.some(connection, codes) if codes else []
    names = {each.brand_code: each.name for each in known}
    return Shown("acts.html", {"acts": acts, "names": names})


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show one thing that she has done, as far as it has come."""
    async with hall.database.connection() as connection:
        call = call_of(hall, visit, connection)
        act = await act_of(call, visit.path["act"])
        if act is None:
            raise NotThereError
        progress = await progress_of(call, act)
        acts = await acts_of(call)
        known = [] if act.brand_code is None else await brands.some(connection, [act.brand_code])
        lines = await _lines(call, act, progress)
    undoes = next((each for each in acts if each.act_id == act.undoes), None)
    values = {
        "act": act,
        "left": 0 if undoes is None else undoes.refused - len(progress.events),
        "progress": progress,
        "brand": known[0].name if known else None,
        "lines": lines,
        "since": call.since,
        "stops_on": stops_on(hall, act.at),
        "may_be_undone": act.may_be_undone(visit.now) and undone_by(act, acts) is None,
        "undone_by": undone_by(act, acts),
    }
    return Shown("act.html", values)


async def _lines(call: Call, act: Act, progress: Progress) -> list[Line]:
    """What it changed at its one brand, from what to what; nothing where that lies far back."""
    if act.brand_code is None:
        return []
    records = await records_at(call.connection, call.keyring, call.address, act.brand_code)
    own = await hers(call.connection, call.keyring, records, call.since)
    page = await page_of(call, own)
    return [each for each in page.lines if each.event_id in progress.events]


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
    Row(path="/acts/{act}/undo", shows=show, does=do_undo, asks=True),
)
