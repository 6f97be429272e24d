"""A company writes a form; the registry approves or rejects it; what is in force never changes.

Source  contract 1.17 (H1000); rules 3.3, 3.4; KVKK 2025/1072
"""

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.brand import lookup as brands
from izin.core.codes import IysCode, company
from izin.core.errors import RefusalError, Refused
from izin.storage.database import Database
from izin.telemetry.log import redact
from izin.via import store
from izin.via.model import Draft, Form, FormState


async def make(database: Database, of: IysCode, name: str, wanted: Draft, *, by: Principal) -> int:
    """Write a new form's first draft; give the form's number.

    Raises  RefusalError IZ132 a brand is not the company's · UnavailableError
    """
    async with changing(database, by, acting_for=company(of)) as change:
        await _see_own(change, of, wanted)
        form_id = await store.make(change, of, name)
        await store.draft(change, form_id, 1, of, wanted)
        _tell(change, Action.VIA_FORM_DRAFTED, form_id, 1, of=of)
    return form_id


async def redraft(
    database: Database, of: IysCode, form_id: int, wanted: Draft, *, by: Principal
) -> int:
    """Write the open draft anew, or the next version's first; give which version.

    The version in force stays so until the next is approved.
    Raises  RefusalError IZ130 there is no such form, IZ131 it is being looked at, IZ132 ·
            UnavailableError
    """
    async with changing(database, by, acting_for=company(of)) as change:
        newest = await _newest(change, form_id)
        if newest.state is FormState.SUBMITTED:
            raise _may_not(newest, FormState.DRAFT)
        await _see_own(change, of, wanted)
        version = newest.version + (newest.state is not FormState.DRAFT)
        await store.draft(change, form_id, version, of, wanted)
        _tell(change, Action.VIA_FORM_DRAFTED, form_id, version, of=of)
    return version


async def submit(database: Database, of: IysCode, form_id: int, *, by: Principal) -> int:
    """Have the registry look at the draft; give which version.

    Raises  RefusalError IZ130, IZ131 it is no draft · UnavailableError
    """
    async with changing(database, by, acting_for=company(of)) as change:
        form = await _newest(change, form_id)
        if form.state is not FormState.DRAFT:
            raise _may_not(form, FormState.SUBMITTED)
        await store.move(change, form, FormState.SUBMITTED, "")
        _tell(change, Action.VIA_FORM_SUBMITTED, form_id, form.version, of=of)
    return form.version


async def approve(database: Database, form_id: int, version: int, *, by: Principal) -> None:
    """Let a form be used: from now on, as it is.

    Raises  RefusalError IZ130, IZ131 this version waits for nobody · UnavailableError
    """
    async with changing(database, by) as change:
        form = await _waiting(change, form_id, version, FormState.APPROVED)
        await store.move(change, form, FormState.APPROVED, "")
        _tell(change, Action.VIA_FORM_APPROVED, form_id, version, of=form.iys_code)


async def reject(
    database: Database, form_id: int, version: int, reason: str, *, by: Principal
) -> None:
    """Say what has to be otherwise; what looks like an address is taken out of it.

    Raises  RefusalError IZ130, IZ131 · UnavailableError
    """
    async with changing(database, by) as change:
        form = await _waiting(change, form_id, version, FormState.REJECTED)
        said = redact(reason)
        await store.move(change, form, FormState.REJECTED, said)
        _tell(change, Action.VIA_FORM_REJECTED, form_id, version, of=form.iys_code, reason=said)


async def _waiting(change: Change, form_id: int, version: int, to: FormState) -> Form:
    form = await _newest(change, form_id)
    if form.version != version or form.state is not FormState.SUBMITTED:
        raise _may_not(form, to)
    return form


async def _newest(change: Change, form_id: int) -> Form:
    form = await store.newest(change, form_id)
    if form is None:
        raise no_form(str(form_id))
    return form


def no_form(named: str) -> RefusalError:
    """The refusal of a form that there is not."""
    return RefusalError(Refused(code="IZ130", facts=(("form", named),)))


def _may_not(form: Form, to: FormState) -> RefusalError:
    facts = (("version", str(form.version)), ("state", form.state.value), ("to", to.value))
    return RefusalError(Refused(code="IZ131", facts=facts))


async def _see_own(change: Change, of: IysCode, wanted: Draft) -> None:
    owned = {each.brand_code for each in await brands.of_provider(change.connection, of)}
    for code in wanted.brands:
        if code not in owned:
            raise RefusalError(Refused(code="IZ132", facts=(("brand", str(code)),)))


def _tell(
    change: Change, action: Action, form_id: int, version: int, *, of: IysCode, reason: str = ""
) -> None:
    facts = {"reason": reason} if reason else {}
    change.tell(action, form_id, of=of, version=version, **facts)
