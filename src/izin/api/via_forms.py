"""Beside the contract: a company writes the forms by which the registry takes consents for it."""

from collections.abc import Mapping
from typing import Any

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form as Fields
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.paging import whole_number
from izin.api.services import Services, company_of, principal_of
from izin.api.wire import Wire
from izin.core.clock import wire_time
from izin.core.codes import BrandCode, company
from izin.core.terms import Channel
from izin.via import lookup
from izin.via.forms import make, no_form, redraft, submit
from izin.via.frame import is_domain, widget_of
from izin.via.model import (
    BRANDS_MAX,
    DOMAINS_MAX,
    NAME_MAX,
    SHORT_MAX,
    TEXT_MAX,
    Draft,
    Form,
    FormKind,
    KvkType,
    Texts,
    Words,
)

LIST_MAX = 200
_FIELDS = (
    *("kind", "brands", "channels", "informed", "short", "notice", "consent", "kvk", "kvkShort"),
    "domains",
)


async def list_forms(call: Call[Services]) -> Answer:
    """Show the company's forms with all their versions, newest first."""
    of = company_of(call)
    async with call.services.database.acting_for(company(of)) as connection:
        found = await lookup.of_company(connection, of, LIST_MAX)
    return Answer(200, {"list": [_shown(each) for each in found]})


async def make_form(call: Call[Services]) -> Answer:
    """Write a new form's first draft."""
    fields = Fields(call.body, ("name", *_FIELDS))
    name = fields.text("name", NAME_MAX, required=True)
    wanted = read_draft(fields)
    services = call.services
    form_id = await make(services.reserved, company_of(call), name, wanted, by=principal_of(call))
    return Answer(201, {"formId": form_id, "version": 1})


async def draft_form(call: Call[Services]) -> Answer:
    """Write the draft anew, or the next version's first."""
    form_id = _id(call)
    wanted = read_draft(Fields(call.body, _FIELDS))
    version = await redraft(
        call.services.reserved, company_of(call), form_id, wanted, by=principal_of(call)
    )
    return Answer(200, {"formId": form_id, "version": version})


async def submit_form(call: Call[Services]) -> Answer:
    """Have the registry look at the draft."""
    form_id = _id(call)
    version = await submit(call.services.reserved, company_of(call), form_id, by=principal_of(call))
    return Answer(200, {"formId": form_id, "version": version})


def _id(call: Call[Services]) -> int:
    text = str(call.path["formId"])
    form_id = whole_number(text)
    if form_id is None or form_id >= 2**31:
        raise no_form(text)
    return form_id


def read_draft(fields: Fields) -> Draft:
    """Read what a form is to be; what is null or an empty list is not there.

    Raises  RefusalError IZ011 with every fault
    """
    kind = fields.term("kind", FormKind, required=True)
    brands = (fields.codes("brands", BRANDS_MAX) or []) if _has(fields, "brands") else []
    channels = fields.texts("channels", len(Channel)) if _has(fields, "channels") else []
    if unknown := [each for each in channels if each not in set(Channel)]:
        fields.refuse("one_of", "channels", ("words", ", ".join(Channel)))
    informed, notice = _words(fields, "informed", TEXT_MAX), _words(fields, "notice", TEXT_MAX)
    short = _short(fields, "short")
    consent = _words(fields, "consent", TEXT_MAX) if _has(fields, "consent") else None
    kvk = _kvk(fields)
    kvk_short = _short(fields, "kvkShort") if _has(fields, "kvkShort") else None
    domains = _domains(fields)
    if consent is None and not kvk:
        fields.require("words", "consent", ("most", str(TEXT_MAX)))
    if consent is not None and not brands:
        fields.require("codes", "brands", ("most", str(BRANDS_MAX)))
    if consent is not None and not channels:
        fields.require("texts", "channels", ("most", str(len(Channel))))
    fields.check()
    assert kind is not None, "checked"
    assert not unknown, "checked"
    return Draft(
        kind=kind,
        brands=tuple(map(BrandCode, dict.fromkeys(brands))),
        channels=tuple(dict.fromkeys(map(Channel, channels))),
        texts=Texts(
            informed=informed,
            short=short,
            notice=notice,
            consent=consent,
            kvk=kvk,
            kvk_short=kvk_short,
        ),
        domains=domains,
    )


def _has(fields: Fields, name: str) -> bool:
    return fields.given.get(name) not in (None, [])


def _short(fields: Fields, name: str) -> Words:
    """Read what stands in a text message, on one line and in plain letters."""
    short = _words(fields, name, SHORT_MAX, lines=False)
    if not (short.tr + short.en).isascii():
        fields.require("ascii", name)
    return short


def _domains(fields: Fields) -> tuple[str, ...]:
    named = fields.texts("domains", DOMAINS_MAX) if _has(fields, "domains") else []
    if not all(map(is_domain, named)):
        fields.refuse("host", "domains")
    return tuple(dict.fromkeys(named))


def _kvk(fields: Fields) -> dict[KvkType, Words]:
    given = (fields.record("kvk") or {}) if _has(fields, "kvk") else {}
    inner = Fields(given, tuple(KvkType))
    kvk = {each: _words(inner, each.value, TEXT_MAX) for each in KvkType if each.value in given}
    fields.refused += inner.refused
    return kvk


def _words(fields: Fields, name: str, most: int, *, lines: bool = True) -> Words:
    """Read a text in both languages, each of which has to say something.

    Takes   lines: whether its lines may be broken
    """
    given = fields.record(name)
    if not isinstance(given, Mapping):
        if name not in fields.given:
            fields.require("words", name, ("most", str(most)))
        return Words("", "")
    tr, en = (
        fields.words(f"{name}.{each}", given.get(each), most, lines=lines) for each in ("tr", "en")
    )
    return Words(tr, en)


def _shown(form: Form) -> Wire:
    texts = form.draft.texts
    return {
        "formId": form.form_id,
        "version": form.version,
        "name": form.name,
        "state": form.state,
        "reason": form.reason,
        "changedAt": wire_time(form.changed_at),
        "kind": form.draft.kind,
        "brands": form.draft.brands,
        "channels": form.draft.channels,
        "informed": texts.informed,
        "short": texts.short,
        "notice": texts.notice,
        "consent": texts.consent,
        "kvk": texts.kvk,
        "kvkShort": texts.kvk_short,
        "domains": form.draft.domains,
        "widgetUUID": str(widget_of(form.iys_code, form.form_id)),
    }


_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_WORDS = {
    "type": "object",
    "properties": {"tr": _TEXT, "en": _TEXT},
    "required": ["tr", "en"],
    "additionalProperties": False,
}
_DRAFT: dict[str, Any] = {
    "kind": {"type": "string", "enum": [each.value for each in FormKind]},
    "brands": {"type": "array", "items": _NUMBER, "maxItems": BRANDS_MAX},
    "channels": {"type": "array", "items": {"enum": [each.value for each in Channel]}},
    "informed": _WORDS,
    "short": _WORDS,
    "notice": _WORDS,
    "consent": {"anyOf": [_WORDS, {"type": "null"}]},
    "kvk": {
        "type": "object",
        "properties": {each.value: _WORDS for each in KvkType},
        "additionalProperties": False,
    },
    "kvkShort": {"anyOf": [_WORDS, {"type": "null"}]},
    "domains": {"type": "array", "items": _TEXT, "maxItems": DOMAINS_MAX},
}
_NEEDED = ["kind", "informed", "short", "notice"]
WRITTEN = {
    "type": "object",
    "properties": _DRAFT,
    "required": _NEEDED,
    "additionalProperties": False,
}
MADE = {
    "type": "object",
    "properties": {"name": _TEXT, **_DRAFT},
    "required": ["name", *_NEEDED],
    "additionalProperties": False,
}
WHICH = {
    "type": "object",
    "properties": {"formId": _NUMBER, "version": _NUMBER},
    "required": ["formId", "version"],
}
FORMS = {
    "type": "object",
    "properties": {
        "list": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "formId": _NUMBER,
                    "version": _NUMBER,
                    **dict.fromkeys(("name", "state", "reason", "changedAt", "widgetUUID"), _TEXT),
                    **_DRAFT,
                },
                "required": ["formId", "version", "name", "state"],
            },
        }
    },
    "required": ["list"],
}


def _row(
    name: str, method: str, path: str, handler: Any, summary: Summary, **rest: Any
) -> Operation[Services]:
    return Operation(
        id=name,
        method=method,
        path=f"/x/via/forms{path}",
        right=Right.OWN,
        lane=Lane.INFO,
        handler=handler,
        summary=summary,
        **rest,
    )


OPERATIONS: tuple[Operation[Services], ...] = (
    _row(
        "xViaForms",
        "GET",
        "",
        list_forms,
        Summary("Onay formlarını sürümleriyle listeler.", "Lists consent forms with versions."),
        answers={200: FORMS},
        errors=("IZ078",),
    ),
    _row(
        "xViaFormMake",
        "POST",
        "",
        make_form,
        Summary("Yeni bir onay formunun taslağını yazar.", "Writes a new consent form's draft."),
        takes=BodyKind.JSON,
        body_max=256 * KIB,
        request=MADE,
        answers={201: WHICH},
        errors=("IZ011", "IZ078", "IZ132"),
    ),
    _row(
        "xViaFormDraft",
        "PUT",
        "/{formId}",
        draft_form,
        Summary(
            "Taslağı yeniden yazar ya da yeni sürümün taslağını açar.",
            "Writes the draft anew, or opens the next version's.",
        ),
        takes=BodyKind.JSON,
        body_max=256 * KIB,
        request=WRITTEN,
        answers={200: WHICH},
        errors=("IZ011", "IZ078", "IZ130", "IZ131", "IZ132"),
    ),
    _row(
        "xViaFormSubmit",
        "POST",
        "/{formId}/submit",
        submit_form,
        Summary("Taslağı kayıt kuruluşunun onayına sunar.", "Has the registry look at the draft."),
        answers={200: WHICH},
        errors=("IZ078", "IZ130", "IZ131"),
    ),
)
