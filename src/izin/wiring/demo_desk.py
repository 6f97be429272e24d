"""What the demonstration's desk has to work on: an agreement, an application, a migration."""

from contextlib import suppress
from datetime import timedelta

from izin.application import lookup
from izin.application.agreement import publish
from izin.application.apply import apply
from izin.application.handle import move
from izin.application.intake import parse_application
from izin.application.model import ApplicationState
from izin.audit.model import Principal
from izin.core.clock import utc_now
from izin.core.errors import RefusalError
from izin.storage.database import Database
from izin.subscription.loading import Offer, open_job
from izin.wiring.demo_pass import lay_texts
from izin.wiring.demo_via import lay_forms
from izin.wiring.parts import Parts
from izin.wiring.people import APPLICATION, COMPANIES, PARTNER

_TURKISH = """\
Deneme sözleşmesi. Hizmet sağlayıcı, kayda aldırdığı onayları ispatlamakla yükümlüdür.
Alıcının ret bildirimini üç iş günü içinde uygular; ret, kayda girdiği anda geçerlidir.
"""
_ENGLISH = """\
An agreement for trial. The service provider has to prove the consents that it has recorded.
It follows a recipient's refusal within three business days; in the registry it counts at once.
"""
_RATE_KURUS = 1_500


async def lay_out(operator: Database, parts: Parts, *, by: Principal) -> None:
    """Publish an agreement, let a company apply, lay texts out, open a migration; each once."""
    async with operator.connection() as connection:
        is_published = bool(await lookup.agreements(connection))
        has_applied = bool(await lookup.page(connection, None, 1))
    if not is_published:
        await publish(operator, _TURKISH, _ENGLISH, by=by)
    if not has_applied:
        entry = parse_application(APPLICATION, sandbox=True)
        id_ = await apply(parts.database, parts.keyring, entry, now=utc_now(), by=by)
        await move(operator, id_, ApplicationState.SUBMITTED, note="", by=by)
    await lay_forms(operator, parts.database, by=by)
    await lay_texts(operator, parts.database, by=by)
    offer = Offer(
        partner_code=PARTNER.partner_code,
        iys_code=COMPANIES[1].provider.iys_code,
        rate_kurus=_RATE_KURUS,
        until=utc_now() + timedelta(days=365),
    )
    with suppress(RefusalError):  # an interrupted start has opened it
        await open_job(operator, offer, now=utc_now(), by=by)
