"""Texts of companies: submitted, and approved or rejected by the registry; none ever changes."""

import secrets

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.storage.database import Database
from izin.telemetry.log import redact
from izin.viapass import store
from izin.viapass.model import Kind, TemplateState, Wording
from izin.viapass.rules import faults

LIST_MAX = 100
_LEAST, _NUMBERS = 10_000_000, 90_000_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A text as a company brings it; `template_id` where it is another version of an older one."""

    kind: Kind
    wording: Wording
    template_id: int | None = None


async def submit(
    database: Database, iys_code: IysCode, draft: Draft, *, by: Principal
) -> tuple[int, int]:
    """Hand a text in, which waits for the registry's word.

    Gives   its number and its version
    Raises  RefusalError IZ140, IZ141, IZ142 the text will not do, H1107 no such text of this
            company and kind · UnavailableError
    """
    found = faults(draft.kind, draft.wording)
    if found:
        raise RefusalError(found)
    async with changing(database, by, acting_for=f"company:{iys_code}") as change:
        number, version = await _entered(change, iys_code, draft)
        facts = {"version": version, "kind": draft.kind.value}
        change.tell(Action.TEMPLATE_SUBMITTED, number, of=iys_code, **facts)
        return number, version


async def _entered(change: Change, iys_code: IysCode, draft: Draft) -> tuple[int, int]:
    wording = draft.wording
    row = (
        iys_code,
        draft.kind.value,
        wording.language.value,
        wording.body_tr,
        wording.body_en,
        wording.subject_tr,
        wording.subject_en,
    )
    if draft.template_id is not None:
        version = await store.submit_again(change, draft.template_id, *row)
        if version is None:
            raise RefusalError(Refused(code="H1107"))
        return draft.template_id, version
    while True:
        number = _LEAST + secrets.randbelow(_NUMBERS)
        version = await store.submit(change, number, *row)
        if version is not None:
            return number, version


async def decide(
    database: Database, number: tuple[int, int], to: TemplateState, *, note: str, by: Principal
) -> None:
    """Approve a text that waits, or reject it, for a reason.

    Takes   number: of the text, and its version
    Raises  RefusalError IZ143 none of this number waits · UnavailableError
    """
    template_id, version = number
    async with changing(database, by) as change:
        said = redact(note)
        iys_code = await store.decide(change, template_id, version, to.value, said)
        if iys_code is None:
            facts = (("template", f"{template_id}/{version}"),)
            raise RefusalError(Refused(code="IZ143", facts=facts))
        facts_ = {"version": version, "state": to.value, "note": said}
        change.tell(Action.TEMPLATE_DECIDED, template_id, of=IysCode(iys_code), **facts_)
