"""What a company's form says, whole, for whoever was sent its notice.

Source  slides, İYS Yolu, step 3; KVKK 10
"""

from izin.provider import lookup as providers
from izin.via import lookup
from izin.via.model import Form, FormState
from izin.via.start import KVK, NOTICES
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import NotThereError, Outcome, Shown

_DIGITS_MAX = 9


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show one version that was approved; of others there is no page."""
    form, company = await _approved(hall, visit)
    return Shown("via_notice.html", {"texts": texts_of(form), "company": company})


async def show_kvk(hall: Hall, visit: Visit) -> Outcome:
    """Show its texts on personal data alone, for whom it asks for nothing else."""
    form, company = await _approved(hall, visit)
    if not form.draft.texts.kvk:
        raise NotThereError
    return Shown("via_notice.html", {"texts": kvk_texts_of(form), "company": company})


async def _approved(hall: Hall, visit: Visit) -> tuple[Form, str]:
    form_id, version = (_number(visit.path[name]) for name in ("form", "version"))
    async with hall.database.connection() as connection:
        form = await lookup.one(connection, form_id, version)
        if form is None or form.state is not FormState.APPROVED:
            raise NotThereError
        titles = await providers.titles(connection, [form.iys_code])
    return form, titles[form.iys_code]


def texts_of(form: Form) -> list[tuple[str, object]]:
    """Each text of a form under the key of its heading, the notice first."""
    texts = form.draft.texts
    found: list[tuple[str, object]] = [("texts", texts.notice)]
    if texts.consent is not None:
        found.append(("etk", texts.consent))
    return found + [(kind.value.lower(), words) for kind, words in texts.kvk.items()]


def kvk_texts_of(form: Form) -> list[tuple[str, object]]:
    """Those on personal data; the notice stands before them unless it is of messages too."""
    own = {kind.value.lower() for kind in form.draft.texts.kvk}
    if form.draft.texts.consent is None:
        own.add("texts")
    return [(key, words) for key, words in texts_of(form) if key in own]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise NotThereError
    return int(text)


_ONE = f"{NOTICES}/{{form}}/{{version}}"

ROWS = (Row(path=_ONE, shows=show), Row(path=f"{_ONE}{KVK}", shows=show_kvk))
