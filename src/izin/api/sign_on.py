"""Beside the contract: a party's people sign in by its own identity provider."""

from functools import partial

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.member_documents import (
    SIGN_ON,
    SIGN_ON_BACK,
    SIGN_ON_BEGIN,
    SIGN_ON_BEGUN,
    SIGN_ON_FINISH,
    SIGN_ON_FINISHED,
    SIGN_ON_PUT,
)
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Param, Summary, always
from izin.api.services import Services, principal_of, see_that_it_is_fresh
from izin.api.sign_in import TOKEN_MAX, shown_session, shown_step
from izin.core.clock import wire_time
from izin.core.codes import IysCode, PartnerCode
from izin.core.errors import RefusalError, Refused
from izin.member import sign_on
from izin.member.model import Belongs
from izin.member.session import Session
from izin.member.sign_on import ACRS_MAX, DOMAINS_MAX, Wanted, domains_of

_BODY_MAX = 16 * KIB
_URL_MAX, _ID_MAX, _SECRET_MAX = 500, 200, 500
_CODE_MAX = 99_999_999
_ANSWER = {"state": 200, "code": 2048, "iss": _URL_MAX, "error": 200}
"""What a browser brings back from a provider, and how long each may be."""


async def show(call: Call[Services]) -> Answer:
    """Show the provider of the caller's party, without its secret."""
    each = await sign_on.shown(call.services.database, call.allowed.caller.of)
    if each is None:
        raise RefusalError(Refused(code="IZ082"))
    return Answer(
        200,
        {
            "issuer": each.issuer,
            "clientId": each.client_id,
            "domains": list(each.domains),
            "mfaAcrs": list(each.mfa_acrs),
            "trustsMfa": each.trusts_mfa,
            "redirectUri": call.services.members.elsewhere.back,
            "setAt": wire_time(each.set_at),
        },
    )


async def put(call: Call[Services]) -> Answer:
    """Set the provider of the caller's party up."""
    await see_that_it_is_fresh(call)
    services = call.services
    form = Form(
        call.body, ("issuer", "clientId", "clientSecret", "domains", "mfaAcrs", "trustsMfa")
    )
    issuer = form.text("issuer", _URL_MAX, required=True)
    if issuer and not services.members.elsewhere.may_call(issuer):
        form.refuse("https", "issuer")
    client_id = form.text("clientId", _ID_MAX, required=True)
    client_secret = form.text("clientSecret", _SECRET_MAX, required=True)
    domains = form.texts("domains", DOMAINS_MAX)
    mfa_acrs = form.texts("mfaAcrs", ACRS_MAX) if "mfaAcrs" in form.given else []
    trusts_mfa = form.truth("trustsMfa", default=False)
    form.check()
    wanted = Wanted(
        issuer=issuer,
        client_id=client_id,
        client_secret=client_secret,
        domains=tuple(domains_of(domains)),
        mfa_acrs=tuple(mfa_acrs),
        trusts_mfa=trusts_mfa,
    )
    await sign_on.set_up(
        services.reserved,
        services.members.keys.members.sealer,
        wanted,
        of=call.allowed.caller.of,
        now=services.clock(),
        by=principal_of(call),
    )
    return Answer(200, {"redirectUri": services.members.elsewhere.back})


async def remove(call: Call[Services]) -> Answer:
    """Take the provider of the caller's party away."""
    of, by = call.allowed.caller.of, principal_of(call)
    await sign_on.take_away(call.services.reserved, of=of, by=by)
    return Answer(204)


async def begin(call: Call[Services]) -> Answer:
    """Say where the browser of somebody of a party goes."""
    form = Form(call.body, ("iysCode", "partnerCode"))
    of = _party(form)
    form.check()
    services = call.services
    text, url = await services.members.elsewhere.begin(of, client=call.client, now=services.clock())
    return Answer(200, {"signIn": text, "url": url})


async def come_back(call: Call[Services]) -> Answer:
    """Show what the provider sent the browser back with, for who began the sign-in."""
    brought = {
        name: call.query[name][:most] for name, most in _ANSWER.items() if name in call.query
    }
    return Answer(200, brought)


async def finish(call: Call[Services]) -> Answer:
    """Open a session by the provider's answer, or ask for the second step."""
    form = Form(call.body, ("signIn", *_ANSWER))
    text = form.text("signIn", TOKEN_MAX, required=True)
    brought = {name: form.text(name, most) for name, most in _ANSWER.items() if name in form.given}
    form.check()
    services = call.services
    found = await services.members.elsewhere.finish(text, brought, now=services.clock())
    return Answer(200, shown_session(found) if isinstance(found, Session) else shown_step(found))


def _party(form: Form) -> Belongs:
    company = form.number("iysCode", 1, _CODE_MAX)
    partner = form.number("partnerCode", 1, _CODE_MAX)
    if (company is None) == (partner is None) and not form.refused:
        form.require("number", "iysCode", ("least", "1"), ("most", str(_CODE_MAX)))
    return Belongs(
        iys_code=None if company is None else IysCode(company),
        partner_code=None if partner is None else PartnerCode(partner),
    )


_ONE, _WAY_IN = "/x/sign-on", "/x/sign-in/sso"
SIGN_ON_RETURN = _WAY_IN + "/return"


_OWN = partial(Operation[Services], path=_ONE, right=Right.SIGN_ON, lane=Lane.INFO)
_WAY = partial(Operation[Services], right=Right.NONE, lane=Lane.TOKEN)
"""A call of somebody who has not yet shown who he is: it counts as a sign-in does."""

OPERATIONS: tuple[Operation[Services], ...] = (
    _OWN(
        id="xSignOn",
        method="GET",
        handler=show,
        summary=Summary(
            "Çağıranın tarafının kimlik sağlayıcısını gösterir.",
            "Shows the identity provider of the caller's party.",
        ),
        answers={200: SIGN_ON},
        errors=("IZ082",),
        passes_held=always,
    ),
    _OWN(
        id="xSignOnPut",
        method="PUT",
        handler=put,
        summary=Summary(
            "Kişilerin tarafın kendi kimlik sağlayıcısıyla girmesini sağlar.",
            "Lets people sign in by their party's own identity provider.",
        ),
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request=SIGN_ON_PUT,
        answers={200: SIGN_ON_BACK},
        errors=("IZ052", "IZ011", "IZ078"),
    ),
    _OWN(
        id="xSignOnRemove",
        method="DELETE",
        handler=remove,
        summary=Summary("Tek oturum açmayı kaldırır.", "Takes single sign-on away."),
        answers={204: None},
        errors=("IZ082",),
        passes_held=always,
    ),
    _WAY(
        id="xSignInElsewhere",
        method="POST",
        path=_WAY_IN,
        handler=begin,
        summary=Summary(
            "Girişi tarafın kimlik sağlayıcısında başlatır; tarayıcının gideceği adresi verir.",
            "Begins a sign-in at a party's identity provider; gives where the browser goes.",
        ),
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request=SIGN_ON_BEGIN,
        answers={200: SIGN_ON_BEGUN},
        errors=("IZ011", "IZ042", "IZ082", "IZ084"),
    ),
    _WAY(
        id="xSignInReturn",
        method="GET",
        path=SIGN_ON_RETURN,
        handler=come_back,
        summary=Summary(
            "Kimlik sağlayıcının tarayıcıyla gönderdiği cevabı, girişi başlatana gösterir.",
            "Shows the provider's answer that came with the browser to who began the sign-in.",
        ),
        query=tuple(
            Param(name=name, tr="Sağlayıcının cevabı.", en="The provider's answer.")
            for name in _ANSWER
        ),
        answers={200: SIGN_ON_FINISH},
    ),
    _WAY(
        id="xSignInElsewhereFinish",
        method="POST",
        path=_WAY_IN + "/finish",
        handler=finish,
        summary=Summary(
            "Kimlik sağlayıcının cevabıyla oturum açar ya da ikinci adımı ister.",
            "Opens a session by the provider's answer, or asks for the second step.",
        ),
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request=SIGN_ON_FINISH,
        answers={200: SIGN_ON_FINISHED},
        errors=("IZ011", "IZ082", "IZ083", "IZ084"),
    ),
)
