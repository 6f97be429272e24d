"""Add a brand that has no record yet: search by name, choose the ways, save."""

from izin.citizen.add import NAME_MAX, add, candidate, search
from izin.citizen.hers import hers
from izin.citizen.records import records_at
from izin.core.address import REACHED_BY
from izin.core.names import is_name
from izin.core.terms import Channel, RecipientType
from izin.web.citizen.services import Hall, Row, Visit, brand_in, call_of
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

SEARCH_MAX = 60
_WAY = "way_"


async def find(hall: Hall, visit: Visit) -> Outcome:
    """Search for a brand by name or number."""
    text = visit.query.values.get("search", "").strip()[:SEARCH_MAX]
    async with hall.database.connection() as connection:
        found = await search(connection, text)
    return Shown("add_search.html", {"asked": text, "found": found})


async def ask(hall: Hall, visit: Visit) -> Outcome:
    """Ask by which ways the brand may send, and whether it may know her name."""
    assert visit.who is not None, "the table asks for somebody"
    async with hall.database.connection() as connection:
        found = await candidate(connection, brand_in(visit))
        if found is None:
            raise NotThereError
        opened, brand_code = visit.who.shown, found.brand.brand_code
        known = await records_at(connection, hall.keyring, opened.address, brand_code)
        own = await hers(connection, hall.keyring, known, opened.since)
    values = {
        "brand": found.brand,
        "company": found.company,
        "ways": REACHED_BY[opened.kind],
        "has_records": bool(own),
        "asked": visit.form.values,
    }
    return Shown("add.html", values)


async def do_add(hall: Hall, visit: Visit) -> Outcome:
    """Consent by the ways that are ticked."""
    form = visit.form
    channels = [each for each in Channel if form.ticked(f"{_WAY}{each}")]
    kind = form.choice("recipient", RecipientType)
    name = form.text("citizenName", NAME_MAX)
    if name and not is_name(name):
        form.refuse("citizenName", "fault.name")
    if not channels:
        form.refuse("ways", "fault.ways")
    form.check()
    assert kind is not None, "checked"
    async with hall.database.transaction() as connection:
        act = await add(call_of(hall, visit, connection), brand_in(visit), channels, kind, name)
    if act is None:
        return Gone(f"/brands/{brand_in(visit)}").saying("has_record")
    return Gone(f"/acts/{act.act_id}").saying("approved")


ROWS = (
    Row(path="/brands/search", shows=find, asks=True),
    Row(path="/brands/{brand}/add", shows=ask, asks=True),
    Row(path="/brands/{brand}/add", shows=ask, does=do_add, asks=True),
)
