"""Beside the contract: the texts by which a company has addresses verified."""

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary, always
from izin.api.paging import whole_number
from izin.api.pass_documents import TEMPLATE, TEMPLATE_SUBMITTED, TEMPLATES
from izin.api.services import Services, company_of, principal_of
from izin.api.wire import Wire
from izin.core.clock import wire_time
from izin.i18n.catalogue import Language
from izin.viapass import lookup
from izin.viapass.model import Kind, Template, TemplateState, Wording
from izin.viapass.rules import MAIL_MAX, SUBJECT_MAX
from izin.viapass.templates import LIST_MAX, Draft, submit

_FIELDS = ("kind", "templateId", "language", "textTr", "textEn", "subjectTr", "subjectEn")
_ID_MAX = 9


async def submit_template(call: Call[Services]) -> Answer:
    """Hand a text in, or another version of one; the registry approves or rejects it."""
    form = Form(call.body, _FIELDS)
    kind = form.term("kind", Kind, required=True)
    language = form.term("language", Language) or Language.TR
    number = form.text("templateId", _ID_MAX)
    template_id = whole_number(number) if number else None
    if number and template_id is None:
        form.refuse("number", "templateId", ("least", "1"), ("most", "999999999"))
    wording = Wording(
        language=language,
        body_tr=_body(form, "textTr"),
        body_en=_body(form, "textEn"),
        subject_tr=form.text("subjectTr", SUBJECT_MAX),
        subject_en=form.text("subjectEn", SUBJECT_MAX),
    )
    form.check()
    assert kind is not None, "it is required"
    draft = Draft(kind=kind, wording=wording, template_id=template_id)
    drawn, version = await submit(
        call.services.reserved, company_of(call), draft, by=principal_of(call)
    )
    state = TemplateState.SUBMITTED
    return Answer(201, {"templateId": str(drawn), "version": version, "state": state})


def _body(form: Form, field: str) -> str:
    """Read a text of several lines."""
    return form.words(field, form.given.get(field), MAIL_MAX, lines=True)


async def list_templates(call: Call[Services]) -> Answer:
    """Show the company's texts and what the registry says of each, the newest first."""
    found = await lookup.templates_of(call.services.database, company_of(call), LIST_MAX)
    return Answer(200, {"list": [_shown(each) for each in found]})


def _shown(each: Template) -> Wire:
    wording = each.wording
    known: Wire = {
        "templateId": str(each.template_id),
        "version": each.version,
        "kind": each.kind,
        "state": each.state,
        "language": wording.language,
        "textTr": wording.body_tr,
        "textEn": wording.body_en,
        "submittedAt": wire_time(each.submitted_at),
    }
    if not each.kind.is_sms:
        known |= {"subjectTr": wording.subject_tr, "subjectEn": wording.subject_en}
    if each.note:
        known["note"] = each.note
    if each.decided_at is not None:
        known["decidedAt"] = wire_time(each.decided_at)
    return known


_PATH = "/x/via-pass/templates"

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xPassTemplates",
        method="GET",
        path=_PATH,
        right=Right.OWN,
        lane=Lane.INFO,
        handler=list_templates,
        summary=Summary(
            "Şirketin ViA PASS metinlerini gösterir.", "Shows the company's texts for ViA PASS."
        ),
        answers={200: TEMPLATES},
        passes_held=always,
    ),
    Operation(
        id="xPassTemplateSubmit",
        method="POST",
        path=_PATH,
        right=Right.OWN,
        lane=Lane.INFO,
        handler=submit_template,
        summary=Summary(
            "Bir ViA PASS metnini ya da yeni sürümünü onaya sunar.",
            "Submits a text for ViA PASS, or a new version of one.",
        ),
        takes=BodyKind.JSON,
        body_max=32 * KIB,
        request=TEMPLATE,
        answers={201: TEMPLATE_SUBMITTED},
        errors=("IZ011", "IZ140", "IZ141", "IZ142", "H1107"),
    ),
)
