"""Refuse many at once: choose, see the exact number, confirm. Three steps for everything."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from izin.brand.model import Brand
from izin.citizen.records import shown_pages
from izin.citizen.refuse import Scope, refuse_all, refused_of_late
from izin.consent.reach import follow
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, RecipientType
from izin.core.turkish import search_key, sort_key
from izin.web.citizen.services import Hall, Row, Visit, call_of, stops_on
from izin.web.shared.form import Form
from izin.web.shared.visit import Gone, Outcome, Shown

LISTED_MAX, KEPT_MAX = 100, 200
_KEEP, _KEPT_BYTES_MAX, _SEARCH_MAX = "keep_", 2000, 100


async def choose(hall: Hall, visit: Visit) -> Outcome:
    """Show what stands at ONAY by channel, and which brands may be left out."""
    form = Form(visit.query.values)
    scope = _scope_of(form)
    missing = await follow(hall.database)
    standing = await _standing(hall, visit, msgspec.structs.replace(scope, kept=frozenset()))
    brands = standing.brands
    words = search_key(form.values.get("search", "")[:_SEARCH_MAX])
    found = [each for each in brands if words in search_key(each.name)]
    kept = [each for each in brands if each.brand_code in scope.kept]
    others = [each for each in found if each.brand_code not in scope.kept]
    values = {
        "scope": scope,
        "asked": form.values,
        "counts": standing.counts,
        "total": standing.counts.total(),
        "brand": _named(scope, brands),
        "company": standing.company,
        "listed": kept + others[: max(0, LISTED_MAX - len(kept))],
        "brands": len(brands),
        "is_late": missing is not None,
    }
    return Shown("refuse.html", values)


async def review(hall: Hall, visit: Visit) -> Outcome:
    """Show the exact number, and what stays."""
    form = Form(visit.form.values or visit.query.values)
    scope = _scope_of(form)
    missing = await follow(hall.database)
    standing = await _standing(hall, visit, scope)
    brands = standing.brands
    values = {
        "scope": scope,
        "kept_text": ",".join(map(str, sorted(scope.kept))),
        "counts": standing.counts,
        "total": standing.counts.total(),
        "brand": _named(scope, brands),
        "company": standing.company,
        "kept": [each for each in brands if each.brand_code in scope.kept],
        "stops_on": stops_on(hall, visit.now),
        "is_late": missing is not None,
        "back": urlencode(_words_of(scope)),
    }
    return Shown("refuse_review.html", values)


async def do_refuse(hall: Hall, visit: Visit) -> Outcome:
    """Refuse all of it."""
    scope = _scope_of(visit.form)
    missing = await follow(hall.database)
    async with hall.database.transaction() as connection:
        call = call_of(hall, visit, connection)
        act = await refuse_all(call, scope, missing=missing)
        before = None if act else await refused_of_late(call, scope, now=visit.now)
    if act is not None:
        return Gone(f"/acts/{act.act_id}").saying("all_being_refused" if act.parts else "refused")
    if before is not None:
        word = "refused_before" if before.is_worked else "all_being_refused"
        return Gone(f"/acts/{before.act_id}").saying(word)
    return Gone("/consents").saying("none_approved")


class _Standing(NamedTuple):
    """What stands at ONAY: how much a scope has, and at which brands, those that it keeps too.

    company  its name, where the scope names one
    """

    counts: Counter[tuple[Channel, RecipientType]]
    brands: list[Brand]
    company: str | None


async def _standing(hall: Hall, visit: Visit, scope: Scope) -> _Standing:
    assert visit.who is not None, "the table asks for somebody"
    whole = msgspec.structs.replace(scope, kept=frozenset())
    counts: Counter[tuple[Channel, RecipientType]] = Counter()
    brands: dict[BrandCode, Brand] = {}
    company = None
    async with hall.database.connection() as connection:
        async for page in shown_pages(connection, hall.keyring, visit.who.shown):
            for each in page:
                if whole.has(each):
                    brands[each.brand.brand_code] = each.brand
                    company = each.company if scope.company is not None else None
                if scope.has(each):
                    counts[each.key.channel, each.key.recipient_type] += 1
    by_name = sorted(brands.values(), key=lambda brand: sort_key(brand.name))
    return _Standing(counts, by_name, company)


def _scope_of(form: Form) -> Scope:
    """What is meant. What does not read is refused: it must never mean everything.

    Raises  FormError
    """
    channel = form.choice("channel", Channel) if form.values.get("channel") else None
    kind = form.choice("recipient", RecipientType) if form.values.get("recipient") else None
    brand, company = form.code("brand"), form.code("company")
    kept = [name.removeprefix(_KEEP) for name in form.values if name.startswith(_KEEP)]
    kept += filter(None, form.text("kept", _KEPT_BYTES_MAX).split(","))
    if len(kept) > KEPT_MAX or not all(each.isascii() and each.isdigit() for each in kept):
        form.refuse("kept", "fault.kept")
        kept = []
    form.check()
    return Scope(
        company=None if company is None else IysCode(company),
        brand=None if brand is None else BrandCode(brand),
        channel=channel,
        recipient_type=kind,
        kept=frozenset(BrandCode(int(each)) for each in kept),
    )


def _words_of(scope: Scope) -> dict[str, str]:
    """The same scope as an address says it."""
    named = {
        "company": scope.company,
        "brand": scope.brand,
        "channel": scope.channel,
        "recipient": scope.recipient_type,
    }
    words = {name: str(value) for name, value in named.items() if value is not None}
    return words | {f"{_KEEP}{code}": "1" for code in sorted(scope.kept)}


def _named(scope: Scope, brands: Sequence[Brand]) -> str | None:
    """Its name, if it is one brand."""
    return next((each.name for each in brands if each.brand_code == scope.brand), None)


ROWS = (
    Row(path="/refuse", shows=choose, asks=True),
    Row(path="/refuse/review", shows=review, asks=True),
    Row(path="/refuse", shows=review, does=do_refuse, asks=True),
)
