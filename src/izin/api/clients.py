"""Beside the contract: a company, partner or carrier keeps its own API accounts and their keys."""

from datetime import datetime, timedelta
from uuid import UUID

from izin.access.accounts import (
    KEEP_DAYS_MAX,
    KEY_DAYS_MAX,
    KEY_LIFE,
    Account,
    Accounts,
    Drawn,
    FitKey,
    Key,
    accounts_of,
    add_account,
    add_test_account,
    fit_certificate,
    fit_jwk,
)
from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary, always
from izin.api.services import Services, principal_of, see_that_it_is_fresh
from izin.api.wire import Wire
from izin.core.clock import wire_time
from izin.core.errors import RefusalError, Refused


async def list_clients(call: Call[Services]) -> Answer:
    """Show the caller's accounts with their keys that have not ended, and when each was used."""
    found = await accounts_of(call.services.database, call.allowed.caller.of, call.services.clock())
    return Answer(200, {"list": [_shown(each) for each in found]})


async def add_client(call: Call[Services]) -> Answer:
    """Enter an account of the caller's own; its password is shown this once."""
    await see_that_it_is_fresh(call)
    form = Form(call.body, ("test",))
    add = add_test_account if form.truth("test", default=False) else add_account
    form.check()
    services = call.services
    drawn = await add(
        services.reserved,
        services.passwords,
        call.allowed.caller.of,
        now=services.clock(),
        by=principal_of(call),
    )
    return Answer(201, _drawn(drawn))


async def draw_password(call: Call[Services]) -> Answer:
    """Draw a new password; the one before works on for as many days as asked."""
    await see_that_it_is_fresh(call)
    form = Form(call.body, ("keepDays",))
    days = form.number("keepDays", 0, KEEP_DAYS_MAX) or 0
    form.check()
    services = call.services
    drawn = await _accounts(call).draw_password(
        services.passwords,
        _id(call, "clientId", "IZ063"),
        keep=timedelta(days=days),
        now=services.clock(),
    )
    return Answer(201, _drawn(drawn))


async def stop_client(call: Call[Services]) -> Answer:
    """Stop an account; its tokens end within five seconds."""
    client_id = _id(call, "clientId", "IZ063")
    await _accounts(call).stop(client_id)
    return Answer(200, {"clientId": str(client_id)})


async def add_key(call: Call[Services]) -> Answer:
    """Let an account sign in by a public key or a certificate."""
    await see_that_it_is_fresh(call)
    form = Form(call.body, ("jwk", "certificate", "days"))
    days = form.number("days", 1, KEY_DAYS_MAX) or KEY_LIFE.days
    form.check()
    now = call.services.clock()
    key = await _accounts(call).add_key(
        _id(call, "clientId", "IZ063"), _fit(form, now), life=timedelta(days=days), now=now
    )
    return Answer(201, _key(key))


async def withdraw_key(call: Call[Services]) -> Answer:
    """Let an account sign in by one of its keys no more."""
    key_id = _id(call, "keyId", "IZ066")
    await _accounts(call).withdraw_key(
        _id(call, "clientId", "IZ063"), key_id, now=call.services.clock()
    )
    return Answer(200, {"keyId": str(key_id)})


def _fit(form: Form, now: datetime) -> FitKey:
    """Read the one of the two that was sent."""
    pem = form.given.get("certificate")
    if isinstance(pem, str) and "jwk" not in form.given:
        return fit_certificate(pem, now)
    if "certificate" in form.given:
        raise RefusalError(
            Refused(code="IZ065", location=("certificate",), facts=(("expected", "certificate"),))
        )
    return fit_jwk(form.given.get("jwk"))


def _accounts(call: Call[Services]) -> Accounts:
    return Accounts(call.services.reserved, call.allowed.caller.of, principal_of(call))


def _id(call: Call[Services], name: str, code: str) -> UUID:
    """Read an id of the path; what is none is nobody's."""
    text = str(call.path[name])
    try:
        return UUID(text)
    except ValueError:
        raise RefusalError(Refused(code=code, facts=((name, text),))) from None


def _drawn(drawn: Drawn) -> Wire:
    return {
        "clientId": str(drawn.client_id),
        "password": drawn.password,
        "passwordUntil": wire_time(drawn.until),
    }


def _shown(account: Account) -> Wire:
    return {
        "clientId": str(account.client_id),
        "username": account.username,
        "active": account.is_active,
        "test": account.is_test,
        "keys": [_key(each) for each in account.keys],
        **_times(
            passwordUntil=account.password_until,
            previousPasswordUntil=account.previous_until,
            lastUsed=account.used_at,
        ),
    }


def _key(key: Key) -> Wire:
    return {
        "keyId": str(key.key_id),
        "kind": key.kind,
        "thumbprint": key.thumbprint,
        **_times(created=key.created_at, until=key.ends_at, lastUsed=key.used_at),
    }


def _times(**instants: datetime | None) -> Wire:
    return {name: wire_time(at) for name, at in instants.items() if at is not None}


_PATH = "/x/clients"
_ONE = _PATH + "/{clientId}"
_BODY_MAX = 32 * KIB
_OBJECT = {"type": "object"}
_UUID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_DRAWN = {
    "type": "object",
    "required": ["clientId", "password", "passwordUntil"],
    "properties": {"clientId": _UUID, "password": _TEXT, "passwordUntil": _TEXT},
}
_KEY = {
    "type": "object",
    "required": ["keyId", "kind", "thumbprint", "created", "until"],
    "properties": {
        "keyId": _UUID,
        "kind": {"type": "string", "enum": ["jwk", "certificate"]},
        "thumbprint": _TEXT,
        "created": _TEXT,
        "until": _TEXT,
        "lastUsed": _TEXT,
    },
}
_CLIENT = {
    "type": "object",
    "required": ["clientId", "username", "active", "keys"],
    "properties": {
        "clientId": _UUID,
        "username": _TEXT,
        "active": {"type": "boolean"},
        "test": {"type": "boolean"},
        "keys": {"type": "array", "items": _KEY},
        "passwordUntil": _TEXT,
        "previousPasswordUntil": _TEXT,
        "lastUsed": _TEXT,
    },
}
_NEW_PASSWORD = {
    "type": "object",
    "properties": {"keepDays": {"type": "integer", "minimum": 0, "maximum": KEEP_DAYS_MAX}},
    "additionalProperties": False,
    "examples": [{}, {"keepDays": 3}],
}
_NEW_KEY = {
    "type": "object",
    "properties": {
        "jwk": _OBJECT,
        "certificate": _TEXT,
        "days": {"type": "integer", "minimum": 1, "maximum": KEY_DAYS_MAX},
    },
    "additionalProperties": False,
    "examples": [
        {
            "jwk": {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            },
            "days": 180,
        }
    ],
}

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xClients",
        method="GET",
        path=_PATH,
        right=Right.ACCOUNTS,
        lane=Lane.INFO,
        handler=list_clients,
        summary=Summary(
            "Çağıranın API hesaplarını ve anahtarlarını gösterir.",
            "Shows the caller's API accounts and their keys.",
        ),
        answers={
            200: {
                "type": "object",
                "properties": {"list": {"type": "array", "items": _CLIENT}},
            }
        },
        passes_held=always,
    ),
    Operation(
        id="xClientAdd",
        method="POST",
        path=_PATH,
        right=Right.ACCOUNTS,
        lane=Lane.INFO,
        handler=add_client,
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request={
            **_OBJECT,
            "properties": {"test": {"type": "boolean"}},
            "additionalProperties": False,
            "examples": [{}, {"test": True}],
        },
        summary=Summary(
            "API hesabı açar; şifresi yalnızca bu yanıtta görünür.",
            "Enters an API account; its password is shown in this answer only.",
        ),
        answers={201: _DRAWN},
        errors=("IZ052", "IZ011", "IZ057", "IZ069", "IZ078"),
    ),
    Operation(
        id="xClientPassword",
        method="POST",
        path=_ONE + "/password",
        right=Right.ACCOUNTS,
        lane=Lane.INFO,
        handler=draw_password,
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request=_NEW_PASSWORD,
        summary=Summary(
            "API hesabına yeni şifre verir; eskisi istenirse birkaç gün daha geçer.",
            "Draws a new password; the old one works for some days more, if wished.",
        ),
        answers={201: _DRAWN},
        errors=("IZ052", "IZ011", "IZ063", "IZ068"),
    ),
    Operation(
        id="xClientStop",
        method="POST",
        path=_ONE + "/stop",
        right=Right.ACCOUNTS,
        lane=Lane.INFO,
        handler=stop_client,
        summary=Summary("API hesabını durdurur.", "Stops an API account."),
        answers={200: _OBJECT},
        errors=("IZ063", "IZ068"),
        passes_held=always,
    ),
    Operation(
        id="xClientKeyAdd",
        method="POST",
        path=_ONE + "/keys",
        right=Right.ACCOUNTS,
        lane=Lane.INFO,
        handler=add_key,
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request=_NEW_KEY,
        summary=Summary(
            "API hesabına açık anahtar ya da sertifika ekler.",
            "Adds a public key or a certificate to an API account.",
        ),
        answers={201: _KEY},
        errors=("IZ052", "IZ011", "IZ063", "IZ064", "IZ065", "IZ068"),
    ),
    Operation(
        id="xClientKeyWithdraw",
        method="DELETE",
        path=_ONE + "/keys/{keyId}",
        right=Right.ACCOUNTS,
        lane=Lane.INFO,
        handler=withdraw_key,
        summary=Summary(
            "API hesabının bir anahtarını kaldırır.", "Withdraws a key of an API account."
        ),
        answers={200: _OBJECT},
        errors=("IZ063", "IZ066", "IZ068"),
        passes_held=always,
    ),
)
