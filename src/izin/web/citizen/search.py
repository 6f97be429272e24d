"""Find a brand's own page, where it is refused: whoever wants no list of everything begins here."""

from urllib.parse import quote

from izin.brand import lookup as brands
from izin.brand.name import page_of
from izin.citizen.add import Candidate, search
from izin.web.citizen.add import SEARCH_MAX
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Outcome, Shown


async def find(hall: Hall, visit: Visit) -> Outcome:
    """Search by name, short name or number; what has no page of its own is in her list."""
    text = visit.query.values.get("search", "").strip()[:SEARCH_MAX]
    async with hall.database.connection() as connection:
        found = await search(connection, text)
        codes = [each.brand.brand_code for each in found]
        names = await brands.short_names(connection, codes) if codes else {}
    pages = [(each, _page(each, names.get(each.brand.brand_code, []))) for each in found]
    return Shown("search.html", {"asked": text, "found": pages})


def _page(found: Candidate, short_names: list[str]) -> str:
    return page_of(short_names[0]) if short_names else f"/consents?search={quote(found.brand.name)}"


ROWS = (Row(path="/search", shows=find),)
