"""Forms, so that whoever tries the demonstration can have a consent taken."""

from uuid import UUID

import msgspec

from izin.audit.model import Principal
from izin.core.clock import a_year_after, utc_now
from izin.core.codes import company
from izin.core.terms import Channel
from izin.storage.database import Database
from izin.subscription.via import put
from izin.via import lookup
from izin.via.forms import approve, make, submit
from izin.via.frame import widget_of
from izin.via.model import Draft, FormKind, KvkType, Texts, Words
from izin.wiring.people import FIRST

CREDIT = 1_000
FORM_OF_THE_SHOP = 1002

_INFORMED = Words(
    "Kasadaki görevli, kampanya iletileri için onay istendiğini söyler; kasadaki levha da anlatır.",
    "The cashier says that a consent to campaign messages is asked for; a sign says so too.",
)
_SAID_IN_THE_SHOP = Words(
    "Üyelik sayfası, formun üstünde kampanya iletileri için onay istendiğini anlatır.",
    "The membership page says above the form that a consent to campaign messages is asked for.",
)
_SHORT = Words(
    "kampanya iletileri icin onayinizi istiyor.", "asks for your consent to campaign messages."
)
_NOTICE = Words(
    "İletişim adresiniz, yalnız onayladığınız yollarla kampanya iletisi göndermek için işlenir.\n"
    "Onay alışverişinizin koşulu değildir; dilediğiniz an ücretsiz olarak geri alabilirsiniz.",
    "Your address is processed to send campaign messages by the ways that you consent to, and for\n"
    "nothing else. No purchase depends on it; you may take it back at any time, free of charge.",
)
_CONSENT = Words(
    "Seçtiğim yollarla bana ticari elektronik ileti gönderilmesini onaylıyorum.",
    "I consent to be sent commercial electronic messages by the ways that I choose.",
)
_EXPLICIT = Words(
    "Alışveriş alışkanlıklarımın bana özel teklifler için işlenmesine açık rıza veriyorum.",
    "I consent to my shopping habits being processed for offers made to me.",
)


async def lay_forms(operator: Database, companies: Database, *, by: Principal) -> None:
    """Give the first company credits, two forms in force and one that waits; all of them once."""
    of = FIRST.provider.iys_code
    async with companies.acting_for(company(of)) as connection:
        if await lookup.of_company(connection, of, 1):
            return
    now = utc_now()
    await put(operator, of, credit=CREDIT, during=(now, a_year_after(now)), by=by)
    at_the_till = await make(companies, of, "Kasa", _draft(FormKind.OTP), by=by)
    await submit(companies, of, at_the_till, by=by)
    await approve(operator, at_the_till, 1, by=by)
    on_the_web = await make(companies, of, "Üyelik sayfası", _draft(FormKind.SHORTURL), by=by)
    await submit(companies, of, on_the_web, by=by)
    in_the_shop = msgspec.structs.replace(
        _draft(FormKind.OTP),
        texts=msgspec.structs.replace(_texts(), informed=_SAID_IN_THE_SHOP),
        domains=("localhost", "127.0.0.1"),
    )
    embedded = await make(companies, of, "İnternet mağazası", in_the_shop, by=by)
    await submit(companies, of, embedded, by=by)
    await approve(operator, embedded, 1, by=by)


def widget_of_the_shop() -> UUID:
    """The form that stands on the shop's page: the third of a registry that has just begun."""
    return widget_of(FIRST.provider.iys_code, FORM_OF_THE_SHOP)


def _draft(kind: FormKind) -> Draft:
    return Draft(
        kind=kind,
        brands=tuple(each.brand_code for each in FIRST.brands),
        channels=tuple(Channel),
        texts=_texts(),
    )


def _texts() -> Texts:
    return Texts(
        informed=_INFORMED,
        short=_SHORT,
        notice=_NOTICE,
        consent=_CONSENT,
        kvk={KvkType.ACIK_RIZA_METNI: _EXPLICIT},
    )
