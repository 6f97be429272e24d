"""A citizen's own list: what stands, by company and brand; each may be refused, or approved."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from izin.citizen.acts import Act, Did, acts_of
from izin.citizen.change import Left, change
from izin.citizen.hers import hers
from izin.citizen.number import is_number
from izin.citizen.progress import act_of
from izin.citizen.records import Named, Place, Record, named_places, place_of, records_in
from izin.consent.of_citizen import AT_ONCE
from izin.consent.reach import follow, is_late
from izin.core.clock import IYS_TIME
from izin.core.codes import BrandCode
from izin.core.terms import Channel, RecipientType, Status
from izin.core.turkish import search_key
from izin.storage.database import Connection
from izin.web.citizen.services import Hall, Row, Visit, call_of, stops_on
from izin.web.shared.visit import Gone, Outcome, Shown

PAGE_ROWS = 25
_JUST_NOW = timedelta(seconds=10)
_SEARCH_MAX, _PAGES_MAX = 100, 5
_ASKED = ("recipient", "search", "channel", "status")


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show her records of one kind: her own, or a merchant's."""
    assert visit.who is not None, "the table asks for somebody"
    await _follow_what_is_new(hall, visit)
    async with hall.database.connection() as connection:
        late = await is_late(connection)
        listed = await _listed(hall, visit, connection)
        counts = Counter(each.place.recipient_type for each in listed.places)
        kind = _kind(visit, counts)
        found = _asked(listed, kind, visit)
        page = _page(visit, len(found))
        places = [each.place for each in found[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]]
        records = await records_in(connection, hall.keyring, visit.who.address, places)
        done = await _just_done(hall, visit, connection)
    values = {
        "records": records,
        "count_found": len(found),
        "counts": counts,
        "count_earlier": listed.earlier,
        "count_earlier_approved": listed.earlier_approved,
        "is_number": is_number(visit.who.address),
        "kind": kind,
        "asked": visit.query.values,
        "page": page,
        "pages": max(1, -(-len(found) // PAGE_ROWS)),
        "act": done,
        "stops_on": lambda at: stops_on(hall, at),
        "today": visit.now.astimezone(IYS_TIME).date(),
        "may_be_undone": done is not None and done.may_be_undone(visit.now),
        "is_late": late,
        "again": lambda wanted: _again(visit, wanted),
    }
    return Shown("consents.html", values)


async def do_change(hall: Hall, visit: Visit) -> Outcome:
    """Refuse or approve one record."""
    assert visit.who is not None, "the table asks for somebody"
    brand = visit.form.code("brand") or 0
    channel, kind = visit.form.choice("channel", Channel), visit.form.choice("kind", RecipientType)
    status = visit.form.choice("to", Status)
    visit.form.check()
    assert channel is not None, "checked"
    assert kind is not None, "checked"
    assert status is not None, "checked"
    place = Place(BrandCode(brand), channel, kind)
    async with hall.database.transaction() as connection:
        act = await change(call_of(hall, visit, connection), {place: status})
    gone = Gone(f"/consents?recipient={kind.value}")
    if isinstance(act, Left):
        return gone.saying(act.value)
    done = "refused" if status is Status.RET else "approved"
    return gone.saying(done, of=str(act.act_id))


async def _follow_what_is_new(hall: Hall, visit: Visit) -> None:
    """Wait for what she has just added herself: it is not in the list until it is followed."""
    async with hall.database.connection() as connection:
        acts = await acts_of(call_of(hall, visit, connection))
    if acts and acts[0].did is Did.ADDED and visit.now < acts[0].at + _JUST_NOW:
        await follow(hall.database)


async def _just_done(hall: Hall, visit: Visit, connection: Connection) -> Act | None:
    """What she has just done, if she comes from there."""
    named = visit.note_of
    return await act_of(call_of(hall, visit, connection), named) if named else None


def _kind(visit: Visit, counts: Counter[RecipientType]) -> RecipientType:
    """The one that she asks for; else her own, or a merchant's where she has those alone."""
    given = visit.query.values.get("recipient", "")
    if given in set(RecipientType):
        return RecipientType(given)
    is_merchant = counts[RecipientType.TACIR] and not counts[RecipientType.BIREYSEL]
    return RecipientType.TACIR if is_merchant else RecipientType.BIREYSEL


class _Listed(NamedTuple):
    """What is hers, what of it stands as she asks, and how many records are not hers.

    earlier_approved  how many of these stand approved
    """

    places: list[Named]
    standing: frozenset[Place] | None = None
    earlier: int = 0
    earlier_approved: int = 0


async def _listed(hall: Hall, visit: Visit, connection: Connection) -> _Listed:
    """Hers; what stands is looked at where it is asked for, else of the shown page alone."""
    assert visit.who is not None, "the table asks for somebody"
    address, since = visit.who.address, visit.who.shown.since
    everything = await named_places(connection, hall.keyring, address)
    status = visit.query.values.get("status", "")
    if not status and since is None:
        return _Listed(everything)
    hers_alone: set[Place] = set()
    asked: set[Place] = set()
    earlier = approved = 0
    for at in range(0, len(everything), AT_ONCE):
        places = [each.place for each in everything[at : at + AT_ONCE]]
        records = await records_in(connection, hall.keyring, address, places)
        own = await hers(connection, hall.keyring, records, since)
        earlier += len(records) - len(own)
        hers_alone |= {place_of(each) for each in own}
        approved += _approved(records) - _approved(own)
        asked |= {place_of(each) for each in own if status in ("", each.standing.status.value)}
    return _Listed(
        [each for each in everything if each.place in hers_alone],
        frozenset(asked),
        earlier,
        approved,
    )


def _approved(records: Sequence[Record]) -> int:
    return sum(each.standing.status is Status.ONAY for each in records)


def _asked(listed: _Listed, kind: RecipientType, visit: Visit) -> list[Named]:
    """Those that she looks for; a brand's name is looked at once."""
    asked = visit.query.values
    words = search_key(asked.get("search", "")[:_SEARCH_MAX])
    channel = asked.get("channel", "")
    brands = {each.place.brand_code: each for each in listed.places} if words else {}
    named = {code for code, each in brands.items() if words in _name_of(each)}
    return [
        each
        for each in listed.places
        if each.place.recipient_type is kind
        and (listed.standing is None or each.place in listed.standing)
        and channel in ("", each.place.channel.value)
        and (not words or each.place.brand_code in named)
    ]


def _name_of(named: Named) -> str:
    return search_key(f"{named.company} {named.brand.name} {named.brand.brand_code}")


def _page(visit: Visit, count: int) -> int:
    text = visit.query.values.get("page", "1")[:_PAGES_MAX]
    page = int(text) if text.isascii() and text.isdigit() else 1
    return min(max(page, 1) - 1, max(0, -(-count // PAGE_ROWS) - 1))


def _again(visit: Visit, page: int) -> str:
    """The same question, of another page."""
    kept = {name: visit.query.values.get(name, "") for name in _ASKED}
    return urlencode({name: value for name, value in kept.items() if value} | {"page": page})


ROWS = (
    Row(path="/consents", shows=show, asks=True),
    Row(path="/consents", shows=show, does=do_change, asks=True),
)
