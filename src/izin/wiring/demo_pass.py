"""Texts and credits, so that whoever tries the demonstration can have an address verified."""

from izin.audit.model import Principal
from izin.core.clock import a_year_after, utc_now
from izin.i18n.catalogue import Language
from izin.storage.database import Database
from izin.viapass import lookup
from izin.viapass.model import Kind, TemplateState, Wording
from izin.viapass.subscribe import subscribe
from izin.viapass.templates import Draft, decide, submit
from izin.wiring.people import FIRST

CREDIT = 1_000

_TEXTS = {
    Kind.SMS: Wording(
        language=Language.TR,
        body_tr="Ornek Magaza uyelik kodunuz: {code}. Kodu yalniz magazanin sayfasina yazin.",
        body_en="Your code for Ornek Magaza: {code}. Type it into the shop's own page alone.",
    ),
    Kind.SMS_SHORTURL: Wording(
        language=Language.TR,
        body_tr="Ornek Magaza: bu numara sizinse onaylayin: {link}",
        body_en="Ornek Magaza: if this number is yours, confirm it: {link}",
    ),
}


async def lay_texts(operator: Database, companies: Database, *, by: Principal) -> None:
    """Give the first company verifications, and a text in force of each kind; once."""
    of = FIRST.provider.iys_code
    if await lookup.templates_of(companies, of, 1):
        return
    await subscribe(operator, of, CREDIT, a_year_after(utc_now()), by=by)
    for kind, wording in _TEXTS.items():
        number = await submit(companies, of, Draft(kind=kind, wording=wording), by=by)
        await decide(operator, number, TemplateState.APPROVED, note="", by=by)
