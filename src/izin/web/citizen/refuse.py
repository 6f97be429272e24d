"""Refuse many at once: choose, see the exact number, confirm. Three steps for everything."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec

from izin.brand.model import Brand
from izin.citizen.records import Record, records_of
from izin.citizen.refuse import Scope, refuse_all
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
    records = await _standing(hall, visit, msgspec.structs.replace(scope, kept=frozenset()))
    brands = _by_name(records)
    words = search_key(form.values.get("search", "")[:_SEARCH_MAX])
    found = [each for each in brands if words in search_key(each.name)]
    kept = [each for each in brands if each.brand_code in scope.kept]
    others = [each for each in found if each.brand_code not in scope.kept]
    values = {
        "scope": scope,
        "asked": form.values,
        "counts": _counts(records),
        "total": len(records),
        "brand": _named(scope, brands),
        "company": records[0].company if records and scope.company is not None else None,
        "listed": kept + others[: max(0, LISTED_MAX - len(kept))],
        "brands": len(brands),
    }
    return Shown("refuse.html", values)


async def review(hall: Hall, visit: Visit) -> Outcome:
    """Show the exact number, and what stays."""
    form = Form(visit.form.values or visit.query.values)
    scope = _scope_of(form)
    everything = await _standing(hall, visit, msgspec.structs.replace(scope, kept=frozenset()))
    records = [each for each in everything if scope.has(each)]
    brands = _by_name(everything)
    values = {
        "scope": scope,
        "kept_text": ",".join(map(str, sorted(scope.kept))),
        "counts": _counts(records),
        "total": len(records),
        "brand": _named(scope, brands),
        "company": everything[0].company if everything and scope.company is not None else None,
        "kept": [each for each in brands if each.brand_code in scope.kept],
        "stops_on": stops_on(hall, visit.now),
        "back": urlencode(_words_of(scope)),
    }
    return Shown("refuse_review.html", values)


async def do_refuse(hall: Hall, visit: Visit) -> Outcome:
    """Refuse all of it."""
    scope = _scope_of(visit.form)
    async with hall.database.transaction() as connection:
        act = await refuse_all(call_of(hall, visit, connection), scope)
    if act is None:
        return Gone("/consents").saying("none_approved")
    return Gone(f"/acts/{act.act_id}").saying("refused")


async def _standing(hall: Hall, visit: Visit, scope: Scope) -> list[Record]:
    assert visit.who is not None, "the table asks for somebody"
    async with hall.database.connection() as connection:
        records = await records_of(connection, hall.keyring, visit.who.shown)
    return [each for each in records if scope.has(each)]


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


def _by_name(records: Sequence[Record]) -> list[Brand]:
    brands = {each.brand.brand_code: each.brand for each in records}
    return sorted(brands.values(), key=lambda brand: sort_key(brand.name))


def _named(scope: Scope, brands: Sequence[Brand]) -> str | None:
    """Its name, if it is one brand."""
    return next((each.name for each in brands if each.brand_code == scope.brand), None)


def _counts(records: Sequence[Record]) -> Counter[tuple[Channel, RecipientType]]:
    return Counter((each.key.channel, each.key.recipient_type) for each in records)


ROWS = (
    Row(path="/refuse", shows=choose, asks=True),
    Row(path="/refuse/review", shows=review, asks=True),
    Row(path="/refuse", shows=review, does=do_refuse, asks=True),
)
