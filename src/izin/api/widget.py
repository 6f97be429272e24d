"""A form on a page of its company's own: loader, keys, script, start and end.

Only pages of the domains that were approved with the form may read an answer: each names the page
that asked, and no other. Source: contract 1.17b, tag VİA FRAME; security T12, T29
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple

from izin.access.absent import is_served
from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api import problems
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Param, Summary, readable
from izin.api.services import Services
from izin.api.via import confirming_of
from izin.api.via_problems import is_own
from izin.api.widget_documents import COMPLETE, COMPLETED, KEY, SCRIPT, START, STARTED
from izin.api.widget_intake import read_completion, read_start
from izin.api.widget_script import loader, script
from izin.core.codes import IysCode, company
from izin.core.errors import RefusalError, Refused, UnavailableError
from izin.i18n import catalogue
from izin.via.embed import (
    BY,
    begin,
    form_in_force,
    see_that_it_began_here,
    see_that_it_may_stand_on,
    was_answered,
)
from izin.via.frame import Page, draw_keys, draw_nonce, form_of, host_of, is_nonce
from izin.via.model import Form, FormKind
from izin.via.rules import CODE_LIFE
from izin.via.start import On

START_ID = "start-widget-process"
_DONE, _WAITS = "SUCCESS", "PENDING"


class Stand(NamedTuple):
    """Where a form stands."""

    page: Page
    of: IysCode
    form: Form


Act = Callable[[Call[Services], Stand], Awaitable[Answer]]


def on_a_page(act: Act) -> Callable[[Call[Services]], Awaitable[Answer]]:
    """Let a page of the form's domains alone read what comes of a call, be it a refusal.

    What keeps a call from coming here says nothing of any form: the door shows that to every page.
    """

    @wraps(act)
    async def handle(call: Call[Services]) -> Answer:
        try:
            stand = await _stand(call)
            see_that_it_may_stand_on(stand.form, stand.page.domain)
        except RefusalError as error:
            return problems.refusal(error, call.language)  # past the door, which would show it
        try:
            found = await act(call, stand)
        except RefusalError as error:
            found = again_is_409(problems.refusal(error, call.language), call.language)
        except UnavailableError as error:
            found = problems.unavailable(error, call.language)
        return readable(found, call.origin)

    return handle


def again_is_409(found: Answer, _: catalogue.Language) -> Answer:
    """Say of a request that was completed before that it conflicts. Source: VİA FRAME, 409.

    Codes of our own have a status that the document lists.
    """
    code = found.body["errors"][0]["code"]
    if is_own(code, found.status) and found.status in _UNLISTED:
        return Answer(HTTPStatus.BAD_REQUEST, found.body, found.headers)
    if code != "H1032":
        return found
    return Answer(HTTPStatus.CONFLICT, found.body, found.headers)


async def _stand(call: Call[Services]) -> Stand:
    """Find the form of a widget that is in force, of a company that is served. Raises IZ150."""
    named = form_of(str(call.path["widgetUUID"]))
    if named is None:
        raise RefusalError(Refused(code="IZ150"))
    widget, of, form_id = named
    services = call.services
    if not is_served(services.directory, of, START_ID, services.clock()):
        raise RefusalError(Refused(code="IZ150"))
    async with services.database.acting_for(company(of)) as connection:
        form = await form_in_force(connection, of, form_id)
    host = host_of(call.origin, sandbox=services.is_sandbox)
    return Stand(Page(widget=widget, domain=host, network=call.client), of, form)


async def load_loader(call: Call[Services]) -> Answer:
    """Give the script that a page embeds: the same for every page, nothing of it is secret."""
    stand = await _stand(call)
    text = loader(stand.page.widget, call.services.issuer)
    return Answer(200, text.encode(), media="application/javascript; charset=utf-8")


@on_a_page
async def give_key(call: Call[Services], stand: Stand) -> Answer:
    """Give a nonce for one request of a page."""
    nonce = draw_nonce(call.services.keyring.proofs, stand.page, call.services.clock())
    return Answer(200, {"message": [f"{nonce}|{stand.page.domain}"], "status": _DONE})


@on_a_page
async def load_script(call: Call[Services], stand: Stand) -> Answer:
    """Give script and style, with keys that this page alone knows."""
    services, nonce = call.services, call.query.get("apinoncekey", "")
    proofs = services.keyring.proofs
    if not is_nonce(proofs, stand.page, nonce, services.clock()):
        raise RefusalError(Refused(code="IZ152"))
    directory = services.directory
    names = [directory.brand(code) for code in stand.form.draft.brands]
    shown = [each.name for each in names if each is not None]
    keys = draw_keys(proofs, stand.page, nonce)
    return Answer(200, {**script(services, stand, keys, shown), "status": _DONE})


@on_a_page
async def start_process(call: Call[Services], stand: Stand) -> Answer:
    """Begin a request for whoever filled the form in: the notice goes first, then the code."""
    services, of = call.services, stand.of
    known = services.directory.brands_of(of)
    takes_nobodys = services.is_sandbox or any(each.is_test for each in known)
    wanted, keys, work = read_start(
        call.body,
        stand.form,
        stand.page.widget,
        sandbox=takes_nobodys,
        language=call.language,
    )
    on = On(
        iys_code=of,
        asked_by=f"{BY}:{stand.page.widget}",
        pages=services.citizens_origin,
        quotas=services.quotas,
    )
    async with services.database.acting_for(company(of)) as connection:
        made = await begin(
            connection,
            services.keyring,
            (stand.page, on),
            wanted,
            (keys, work),
            now=services.clock(),
        )
    message = {"requestId": str(made), "timeout": int(CODE_LIFE.total_seconds())}
    return Answer(200, {"status": _DONE, "message": message})


@on_a_page
async def complete_process(call: Call[Services], stand: Stand) -> Answer:
    """Record the consent by the code that was typed in; of a link, say whether it was answered."""
    services, of = call.services, stand.of
    by = f"{BY}:{stand.page.widget}"
    told, keys = read_completion(call.body, by=by, network=stand.page.network)
    async with services.database.acting_for(company(of)) as connection:
        request = await see_that_it_began_here(connection, services.keyring, stand.page, told, keys)
    if told.verification.form_kind is FormKind.OTP:
        await _confirm(call, of, told)
    elif told.verification is not request.stands.verification:
        raise RefusalError(Refused(code="H1064"))
    elif not was_answered(request, services.clock()):
        return Answer(200, {"status": _WAITS, "message": _said("widget_waits", call)})
    return Answer(200, {"status": _DONE, "message": _said("widget_done", call)})


async def _confirm(call: Call[Services], of: IysCode, told: Any) -> None:
    await confirming_of(call.services).confirm(of, told, now=call.services.clock())


def _said(word: str, call: Call[Services]) -> str:
    return catalogue.done(word, call.language)


def _row(
    name: str, method: str, path: str, handler: Any, summary: Summary, **rest: Any
) -> Operation[Services]:
    if method == "POST":
        rest |= {"takes": BodyKind.JSON, "body_max": 16 * KIB}
    return Operation(
        id=name,
        method=method,
        path=f"/widget/{path}/{{widgetUUID}}",
        right=Right.NONE,
        handler=handler,
        summary=summary,
        **{"lane": Lane.INFO, "of_pages": True, **rest},
    )


_UNLISTED = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS})
_FIELDS = ("H1005", "H1012", "H1025", "H1029", "H1043", "H1057")

OPERATIONS: tuple[Operation[Services], ...] = (
    _row(
        "load-widget-loader",
        "GET",
        "load-widgetloader",
        load_loader,
        Summary("Sayfaya gömülen yükleyiciyi verir.", "Gives the loader that a page embeds."),
        answers={200: {"type": "string"}},
        media="application/javascript",
        of_pages=False,  # no page reads it: it is embedded
        errors=("IZ150",),
    ),
    _row(
        "frame-public-key",
        "GET",
        "publicKey",
        give_key,
        Summary("Tek kullanımlık anahtar verir.", "Gives a key for one request."),
        answers={200: KEY},
        errors=("IZ150", "IZ151"),
    ),
    _row(
        "load-widget-js",
        "GET",
        "load-widget",
        load_script,
        Summary("Formun betiğini ve biçemini verir.", "Gives the form's script and style."),
        query=(
            Param(
                name="apinoncekey",
                tr="publicKey çağrısının verdiği anahtar",
                en="the key that publicKey gave",
            ),
        ),
        answers={200: SCRIPT},
        errors=("IZ150", "IZ151", "IZ152"),
    ),
    _row(
        START_ID,
        "POST",
        "process/start",
        start_process,
        Summary("Ziyaretçinin onay işlemini başlatır.", "Begins to take a visitor's consent."),
        lane=Lane.CONSENT,
        request=START,
        answers={200: STARTED},
        dressed=again_is_409,
        errors=(
            *_FIELDS,
            *("H1014", "H1015", "H1026", "H1027", "H1031", "H1054", "H1061", "H1063", "H1065"),
            *("H1085", "H1086", "H1092", "H1093", "IZ110", "IZ113", "IZ114", "IZ133", "IZ134"),
            *("IZ137", "IZ150", "IZ151", "IZ152", "IZ153", "IZ154", "IZ166"),
        ),
    ),
    _row(
        "complete-widget-process",
        "POST",
        "process/complete",
        complete_process,
        Summary("Ziyaretçinin kodla verdiği onayı kaydeder.", "Records a visitor's consent."),
        lane=Lane.CONSENT,
        request=COMPLETE,
        answers={200: COMPLETED},
        dressed=again_is_409,
        errors=(
            *_FIELDS,
            *("H1013", "H1014", "H1028", "H1030", "H1031", "H1032", "H1049", "H1050", "H1051"),
            *("H1052", "H1064", "H1113", "IZ110", "IZ150", "IZ151", "IZ152", "IZ160", "IZ165"),
        ),
    ),
)
