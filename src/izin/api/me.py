"""Beside the contract: what a person who is signed in does about himself."""

from typing import Any

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.member_documents import (
    ME,
    NEW_PASSWORD,
    PASSKEY_ADDED,
    PASSKEY_ANSWER,
    PASSKEY_ASKED,
)
from izin.api.members import shown_member
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.services import Services, principal_of, see_that_it_is_fresh
from izin.api.wire import Wire
from izin.core.clock import wire_time
from izin.core.errors import RefusalError, Refused
from izin.member.model import NAME_LENGTH_MAX
from izin.member.session import sign_out as end
from izin.member.session import sign_out_everywhere as end_all
from izin.member.show import oneself
from izin.vault.passwords import PASSWORD_BYTES_MAX

_BODY_MAX = 32 * KIB
_TOKEN_MAX = 100


async def me(call: Call[Services]) -> Answer:
    """Show who is signed in, and by what."""
    services, caller = call.services, call.allowed.caller
    found = await oneself(services.database, services.members.keys, caller.user_id, caller.of)
    if found is None:
        raise RefusalError(Refused(code="H351"))
    shown, passkeys = found
    known = shown_member(shown) | {
        "actsFor": caller.kind,
        "hasTotp": shown.member.has_totp,
        "passkeys": [_passkey(id_, row) for id_, row in passkeys],
    }
    if caller.code is not None:
        known["code"] = caller.code
    return Answer(200, known)


async def change_password(call: Call[Services]) -> Answer:
    """Take another password; all sessions end, this one too."""
    await see_that_it_is_fresh(call)
    form = Form(call.body, ("password", "newPassword"))
    old = form.text("password", PASSWORD_BYTES_MAX, required=True)
    new = form.text("newPassword", PASSWORD_BYTES_MAX, required=True)
    form.check()
    members, caller = call.services.members, call.allowed.caller
    members.forget(await members.own.change_password(caller.user_id, caller.of, old, new))
    return Answer(204)


async def open_passkey(call: Call[Services]) -> Answer:
    """Ask the browser for a further passkey."""
    await see_that_it_is_fresh(call)
    services, caller = call.services, call.allowed.caller
    text, options = await services.members.own.begin_passkey(
        caller.user_id, caller.of, now=services.clock()
    )
    return Answer(200, {"request": text, "passkey": options})


async def add_passkey(call: Call[Services]) -> Answer:
    """Keep the passkey that the browser made."""
    await see_that_it_is_fresh(call)
    form = Form(call.body, ("request", "passkey", "label"))
    text = form.text("request", _TOKEN_MAX, required=True)
    label = form.text("label", NAME_LENGTH_MAX, required=True)
    answer = form.record("passkey")
    form.check()
    services, caller = call.services, call.allowed.caller
    added = await services.members.own.add_passkey(
        caller.user_id, caller.of, (text, answer or {}, label), now=services.clock()
    )
    return Answer(201, {"id": added})


async def remove_passkey(call: Call[Services]) -> Answer:
    """Take a passkey away."""
    await see_that_it_is_fresh(call)
    caller = call.allowed.caller
    id_ = str(call.path["passkeyId"])
    await call.services.members.own.drop_passkey(caller.user_id, caller.of, id_)
    return Answer(204)


async def sign_out(call: Call[Services]) -> Answer:
    """End the session that calls."""
    services, caller = call.services, call.allowed.caller
    assert caller.session is not None, "a person calls by a session"
    await end(services.reserved, caller.session, of=caller.of, by=principal_of(call))
    services.members.forget((caller.session,))
    return Answer(204)


async def sign_out_everywhere(call: Call[Services]) -> Answer:
    """End all sessions of who calls, and forget the devices that he came from."""
    services, caller = call.services, call.allowed.caller
    ended = await end_all(services.reserved, of=caller.of, by=principal_of(call))
    services.members.forget(ended)
    return Answer(204)


def _passkey(id_: str, row: Any) -> Wire:
    known: Wire = {"id": id_, "label": row["label"], "createdAt": wire_time(row["created_at"])}
    if row["used_at"] is not None:
        known["usedAt"] = wire_time(row["used_at"])
    return known


_PASSKEYS = "/x/me/passkeys"

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xMe",
        method="GET",
        path="/x/me",
        right=Right.SELF,
        lane=Lane.INFO,
        handler=me,
        summary=Summary(
            "Girenin kim olduğunu ve neyle girdiğini gösterir.",
            "Shows who is signed in, and by what.",
        ),
        answers={200: ME},
    ),
    Operation(
        id="xMyPassword",
        method="POST",
        path="/x/me/password",
        right=Right.SELF,
        lane=Lane.INFO,
        handler=change_password,
        summary=Summary(
            "Parolayı değiştirir; bütün oturumlar kapanır.",
            "Takes another password; all sessions end.",
        ),
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request=NEW_PASSWORD,
        answers={204: None},
        errors=("IZ052", "IZ011", "IZ041", "IZ042", "IZ045"),
    ),
    Operation(
        id="xPasskeyOpen",
        method="POST",
        path=_PASSKEYS + "/open",
        right=Right.SELF,
        lane=Lane.INFO,
        handler=open_passkey,
        summary=Summary(
            "Yeni bir geçiş anahtarı için tarayıcıya sorulacakları verir.",
            "Gives what the browser is asked for a further passkey.",
        ),
        answers={200: PASSKEY_ASKED},
        errors=("IZ052", "IZ051"),
    ),
    Operation(
        id="xPasskeyAdd",
        method="POST",
        path=_PASSKEYS,
        right=Right.SELF,
        lane=Lane.INFO,
        handler=add_passkey,
        summary=Summary("Yeni bir geçiş anahtarını kaydeder.", "Keeps a further passkey."),
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request=PASSKEY_ANSWER,
        answers={201: PASSKEY_ADDED},
        errors=("IZ052", "IZ011", "IZ051"),
    ),
    Operation(
        id="xPasskeyRemove",
        method="DELETE",
        path=_PASSKEYS + "/{passkeyId}",
        right=Right.SELF,
        lane=Lane.INFO,
        handler=remove_passkey,
        summary=Summary("Bir geçiş anahtarını siler.", "Takes a passkey away."),
        answers={204: None},
        errors=("IZ052", "IZ050"),
    ),
    Operation(
        id="xSignOut",
        method="POST",
        path="/x/sign-out",
        right=Right.SELF,
        lane=Lane.INFO,
        handler=sign_out,
        summary=Summary(
            "Oturumu kapatır; başka süreçler bunu beş saniye içinde görür.",
            "Ends the session; other processes see it within five seconds.",
        ),
        answers={204: None},
    ),
    Operation(
        id="xSignOutEverywhere",
        method="POST",
        path="/x/sign-out/everywhere",
        right=Right.SELF,
        lane=Lane.INFO,
        handler=sign_out_everywhere,
        summary=Summary(
            "Tüm oturumları kapatır ve bilinen cihazları unutur.",
            "Ends all sessions, and forgets the devices that are known.",
        ),
        answers={204: None},
    ),
)
