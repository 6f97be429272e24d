"""Beside the contract: how people come in, by invitation and by sign-in."""

from typing import Any

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.member_documents import (
    ACCEPT,
    ACCEPTED,
    EMPTY,
    FINISH,
    INVITATION,
    OPENED,
    PASSWORD_STEP,
    SESSION,
    STEP,
)
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.services import Services
from izin.api.wire import Wire
from izin.core.clock import wire_time
from izin.member.enrol import Chosen
from izin.member.model import NAME_LENGTH_MAX
from izin.member.session import Session
from izin.member.sign_in import Begun, SecondFactor
from izin.vault.passwords import PASSWORD_BYTES_MAX

_BODY_MAX = 32 * KIB
TOKEN_MAX = 100
_EMAIL_MAX = 265
_CODE_MAX = 10


async def open_invitation(call: Call[Services]) -> Answer:
    """Show the invited what there is to choose from."""
    form = Form(call.body, ("invitation",))
    text = form.text("invitation", TOKEN_MAX, required=True)
    form.check()
    services = call.services
    found = await services.members.enrolling.begin(text, now=services.clock())
    return Answer(
        200,
        {
            "name": found.person.name,
            "email": found.person.email.clear,
            "actsFor": found.of.kind,
            "role": found.role,
            "totpUri": found.totp_uri,
            "passkey": found.passkey,
        },
    )


async def accept_invitation(call: Call[Services]) -> Answer:
    """Take the password and the second factor that the invited chose."""
    form = Form(call.body, ("invitation", "password", "code", "passkey", "label"))
    text = form.text("invitation", TOKEN_MAX, required=True)
    password = form.text("password", PASSWORD_BYTES_MAX, required=True)
    label = form.text("label", NAME_LENGTH_MAX)
    factor = _read_factor(form)
    form.check()
    chosen = Chosen(password=password, code=factor.code, passkey=factor.passkey, label=label)
    services = call.services
    member_id, ended = await services.members.enrolling.finish(
        text, chosen, client=call.client, now=services.clock()
    )
    services.members.forget(ended)
    return Answer(201, {"memberId": str(member_id)})


async def sign_in(call: Call[Services]) -> Answer:
    """Take the first step: address and password."""
    form = Form(call.body, ("email", "password", "device"))
    email = form.text("email", _EMAIL_MAX, required=True)
    password = form.text("password", PASSWORD_BYTES_MAX, required=True)
    device = form.text("device", TOKEN_MAX)
    form.check()
    services = call.services
    begun = await services.members.sign_ins.by_password(
        email, password, device=device or None, client=call.client, now=services.clock()
    )
    return Answer(200, shown_step(begun))


async def sign_in_by_passkey(call: Call[Services]) -> Answer:
    """Ask for a passkey, whosever it is."""
    services = call.services
    return Answer(200, shown_step(await services.members.sign_ins.by_passkey(now=services.clock())))


async def finish_sign_in(call: Call[Services]) -> Answer:
    """Take the second step, and open a session."""
    form = Form(call.body, ("signIn", "code", "passkey", "remember"))
    text = form.text("signIn", TOKEN_MAX, required=True)
    remember = form.truth("remember", default=True)
    factor = _read_factor(form)
    form.check()
    services = call.services
    session = await services.members.sign_ins.finish(
        text, factor, remember=remember, now=services.clock()
    )
    return Answer(200, shown_session(session))


def shown_session(session: Session) -> Wire:
    """A session on the wire."""
    known: Wire = {
        "memberId": str(session.member_id),
        "token": session.text,
        "tokenType": "bearer",
        "expiresAt": wire_time(session.expires_at),
        "idleSeconds": session.idle_s_max,
    }
    if session.device is not None:
        known["device"] = session.device
    return known


def _read_factor(form: Form) -> SecondFactor:
    """Read a code or a browser's answer; one of them has to be there."""
    code, passkey = form.text("code", _CODE_MAX), form.record("passkey")
    if ("code" in form.given) == ("passkey" in form.given):
        form.require("factor", "code")
    return SecondFactor(code=code or None, passkey=passkey)


def shown_step(begun: Begun) -> Wire:
    """Half a sign-in on the wire, and what the second half may be."""
    factors = [*(["TOTP"] if begun.has_totp else []), *(["PASSKEY"] if begun.passkey else [])]
    known: Wire = {"signIn": begun.text, "factors": factors}
    if begun.passkey is not None:
        known["passkey"] = begun.passkey
    return known


def _operation(id_: str, path: str, handler: Any, summary: Summary, **more: Any) -> Operation[Any]:
    """A call of somebody who has not yet shown who he is: it counts as a sign-in does."""
    return Operation(
        id=id_,
        method="POST",
        path=path,
        right=Right.NONE,
        lane=Lane.TOKEN,
        handler=handler,
        summary=summary,
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        **more,
    )


OPERATIONS: tuple[Operation[Services], ...] = (
    _operation(
        "xInvitationOpen",
        "/x/invitations/open",
        open_invitation,
        Summary(
            "Davet edilene seçeneklerini gösterir: doğrulama uygulaması ya da geçiş anahtarı.",
            "Shows the invited what there is to choose from: an authenticator app or a passkey.",
        ),
        request=INVITATION,
        answers={200: OPENED},
        errors=("IZ011", "IZ044"),
    ),
    _operation(
        "xInvitationAccept",
        "/x/invitations/accept",
        accept_invitation,
        Summary(
            "Davet edilenin seçtiği parolayı ve ikinci adımı kaydeder.",
            "Takes the password and the second factor that the invited chose.",
        ),
        request=ACCEPT,
        answers={201: ACCEPTED},
        errors=("IZ011", "IZ044", "IZ045", "IZ046", "IZ051"),
    ),
    _operation(
        "xSignIn",
        "/x/sign-in",
        sign_in,
        Summary(
            "Kişilerin girişinin ilk adımı: e-posta adresi ve parola.",
            "The first step of a person's sign-in: e-mail address and password.",
        ),
        request=PASSWORD_STEP,
        answers={200: STEP},
        errors=("IZ011", "IZ041", "IZ042"),
    ),
    _operation(
        "xSignInByPasskey",
        "/x/sign-in/passkey",
        sign_in_by_passkey,
        Summary(
            "Girişi yalnızca geçiş anahtarıyla başlatır.", "Begins a sign-in by passkey alone."
        ),
        request=EMPTY,
        answers={200: STEP},
    ),
    _operation(
        "xSignInFinish",
        "/x/sign-in/finish",
        finish_sign_in,
        Summary(
            "Girişin ikinci adımı: uygulamadaki kod ya da geçiş anahtarı.",
            "The second step of a sign-in: the app's code or a passkey.",
        ),
        request=FINISH,
        answers={200: SESSION},
        errors=("IZ011", "IZ042", "IZ043"),
    ),
)
