"""One brand of hers: what stands by each way, changed together; its dealers and its history."""

from collections.abc import Mapping, Sequence

from izin.citizen.call import Call
from izin.citizen.change import Left, change
from izin.citizen.hers import hers
from izin.citizen.history import page_of
from izin.citizen.records import Place, Record, records_at
from izin.consent.dealers import dealers_at
from izin.core.terms import Status
from izin.retailer import lookup as retailers
from izin.web.citizen import older
from izin.web.citizen.services import Hall, Row, Visit, brand_in, call_of, stops_on
from izin.web.shared.form import Form
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

_TO, _DEALERS_SHOWN = "to_", 20


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show what stands, with a choice for each way."""
    async with hall.database.connection() as connection:
        call = call_of(hall, visit, connection)
        records = await _records(call, visit)
        dealers = await _dealers(call, records)
    chosen = _wishes(records, Form(visit.form.values or visit.query.values))
    values = {
        **_around(records),
        "chosen": {_name(record): status for record, status in zip(records, chosen, strict=True)},
        "dealers": dealers[:_DEALERS_SHOWN],
        "more_dealers": max(0, len(dealers) - _DEALERS_SHOWN),
        "stops_on": lambda at: stops_on(hall, at),
    }
    return Shown("own_brand.html", values)


async def review(hall: Hall, visit: Visit) -> Outcome:
    """Show what would change; what changes nothing goes back and says so."""
    async with hall.database.connection() as connection:
        records = await _records(call_of(hall, visit, connection), visit)
    chosen = _wishes(records, Form(visit.form.values or visit.query.values))
    changing = [
        (record, status)
        for record, status in zip(records, chosen, strict=True)
        if record.standing.status is not status
    ]
    if not changing:
        return Gone(f"/brands/{records[0].brand.brand_code}").saying("unchanged")
    values = {
        **_around(records),
        "changing": changing,
        "fields": {_name(record): status for record, status in changing},
        "refuses": any(status is Status.RET for _, status in changing),
        "stops_on": stops_on(hall, visit.now),
    }
    return Shown("own_brand_review.html", values)


async def do_change(hall: Hall, visit: Visit) -> Outcome:
    """Change what differs, in one act with one receipt."""
    async with hall.database.transaction() as connection:
        call = call_of(hall, visit, connection)
        records = await _records(call, visit)
        chosen = _wishes(records, visit.form)
        wishes = {
            _place(record): to
            for record, to in zip(records, chosen, strict=True)
            if visit.form.values.get(_name(record))  # of the others she has said nothing
        }
        act = await change(call, wishes)
    if isinstance(act, Left):
        return Gone(f"/brands/{brand_in(visit)}").saying(act.value if wishes else "unchanged")
    return Gone(f"/acts/{act.act_id}").saying("saved")


async def show_history(hall: Hall, visit: Visit) -> Outcome:
    """Show who changed what, the newest first."""
    async with hall.database.connection() as connection:
        call = call_of(hall, visit, connection)
        records = await _records(call, visit)
        starts = older.read(hall, visit, records)
        page = await page_of(call, records, starts)
    values = {
        **_around(records),
        "lines": page.lines,
        "is_first": starts is None,
        "older": "" if page.is_last else older.written(hall, visit, records, page.older),
    }
    return Shown("history.html", values)


async def _records(call: Call, visit: Visit) -> list[Record]:
    """Hers at the brand that the path names. Raises NotThereError: there are none."""
    records = await records_at(call.connection, call.keyring, call.address, brand_in(visit))
    own = await hers(call.connection, call.keyring, records, call.since)
    if not own:
        raise NotThereError
    return own


async def _dealers(call: Call, records: Sequence[Record]) -> list[str]:
    """Who may use one of these consents beside the brand."""
    keys = [each.key for each in records]
    listed = await dealers_at(call.connection, call.keyring, keys)
    codes = {code for each in listed for code in each}
    codes |= {each.standing.retailer_code for each in records} - {None}  # type: ignore[arg-type]
    if not codes:
        return []
    brand = records[0].brand.brand_code
    titles = await retailers.titles(call.connection, brand, sorted(codes))
    return sorted(titles.values())


def _wishes(records: Sequence[Record], form: Form) -> list[Status]:
    """What she wants of each record; what she says nothing of stays. Raises FormError."""
    wanted = [
        form.choice(_name(each), Status) if form.values.get(_name(each)) else each.standing.status
        for each in records
    ]
    form.check()
    return [status or each.standing.status for status, each in zip(wanted, records, strict=True)]


def _around(records: Sequence[Record]) -> Mapping[str, object]:
    brand = records[0].brand
    named = [(_name(each), each) for each in records]
    return {"brand": brand, "company": records[0].company, "records": named}


def _name(record: Record) -> str:
    """What the form calls a record."""
    return f"{_TO}{record.key.channel}_{record.key.recipient_type}"


def _place(record: Record) -> Place:
    key = record.key
    return Place(key.brand_code, key.channel, key.recipient_type)


ROWS = (
    Row(path="/brands/{brand}", shows=show, asks=True),
    Row(path="/brands/{brand}/review", shows=review, asks=True),
    Row(path="/brands/{brand}", shows=show, does=do_change, asks=True),
    Row(path="/brands/{brand}/history", shows=show_history, asks=True),
)
