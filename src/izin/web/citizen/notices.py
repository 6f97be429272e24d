"""What a company's form says, whole, for whoever was sent its notice.

Source  slides, İYS Yolu, step 3; KVKK 10
"""

from izin.provider import lookup as providers
from izin.via import lookup
from izin.via.model import Form, FormState
from izin.via.start import NOTICES
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import NotThereError, Outcome, Shown

_DIGITS_MAX = 9


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show one version that was approved; of others there is no page."""
    form_id, version = (_number(visit.path[name]) for name in ("form", "version"))
    async with hall.database.connection() as connection:
        form = await lookup.one(connection, form_id, version)
        if form is None or form.state is not FormState.APPROVED:
            raise NotThereError
        titles = await providers.titles(connection, [form.iys_code])
    return Shown("via_notice.html", {"texts": texts_of(form), "company": titles[form.iys_code]})


def texts_of(form: Form) -> list[tuple[str, object]]:
    """Each text of a form under the key of its heading, the notice first."""
    texts = form.draft.texts
    found: list[tuple[str, object]] = [("texts", texts.notice)]
    if texts.consent is not None:
        found.append(("etk", texts.consent))
    return found + [(kind.value.lower(), words) for kind, words in texts.kvk.items()]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise NotThereError
    return int(text)


ROWS = (Row(path=f"{NOTICES}/{{form}}/{{version}}", shows=show),)
