"""Shapes of the calls about people, for the reader of the document."""

from izin.api.shapes import (
    CODE,
    COUNT,
    TEXT,
    UUID,
    WHEN,
    YES,
    Schema,
    list_of,
    object_of,
    one_of,
    with_examples,
)
from izin.member.model import PEOPLE, ActorKind

_ROLE = one_of(tuple(sorted(PEOPLE)))
_KIND = one_of(tuple(ActorKind))
_BROWSERS: Schema = {"type": "object", "description": "JSON of WebAuthn, level 3"}
_SECRET: Schema = {"type": "string", "description": "shown once"}
_BRANDS = list_of(CODE)

INVITATION = object_of(("invitation",), invitation=TEXT)
OPENED = object_of(
    ("name", "email", "actsFor", "role", "totpUri", "passkey"),
    name=TEXT,
    email=TEXT,
    actsFor=_KIND,
    role=_ROLE,
    totpUri=_SECRET,
    passkey=_BROWSERS,
)
ACCEPT = object_of(
    ("invitation", "password"),
    invitation=TEXT,
    password=TEXT,
    code=TEXT,
    passkey=_BROWSERS,
    label=TEXT,
)
ACCEPTED = object_of(("memberId",), memberId=UUID)
PASSWORD_STEP = object_of(("email", "password"), email=TEXT, password=TEXT, device=TEXT)
EMPTY = with_examples({"type": "object"}, {})
STEP = object_of(
    ("signIn", "factors"),
    signIn=_SECRET,
    factors=list_of(one_of(("TOTP", "PASSKEY"))),
    passkey=_BROWSERS,
)
FINISH = object_of(("signIn",), signIn=TEXT, code=TEXT, passkey=_BROWSERS, remember=YES)
SESSION = object_of(
    ("memberId", "token", "tokenType", "expiresAt", "idleSeconds"),
    memberId=UUID,
    token=_SECRET,
    tokenType=one_of(("bearer",)),
    expiresAt=WHEN,
    idleSeconds=COUNT,
    device=_SECRET,
)
SIGN_ON_PUT = with_examples(
    object_of(
        ("issuer", "clientId", "clientSecret", "domains"),
        issuer=TEXT,
        clientId=TEXT,
        clientSecret=TEXT,
        domains=list_of(TEXT),
        mfaAcrs=list_of(TEXT),
        trustsMfa=YES,
    ),
    {
        "issuer": "https://kimlik.ornek-magaza.example",
        "clientId": "izin",
        "clientSecret": "…",
        "domains": ["ornek-magaza.example"],
        "trustsMfa": True,
    },
)
SIGN_ON_BACK = object_of(("redirectUri",), redirectUri=TEXT)
SIGN_ON = object_of(
    ("issuer", "clientId", "domains", "mfaAcrs", "trustsMfa", "redirectUri", "setAt"),
    issuer=TEXT,
    clientId=TEXT,
    domains=list_of(TEXT),
    mfaAcrs=list_of(TEXT),
    trustsMfa=YES,
    redirectUri=TEXT,
    setAt=WHEN,
)
SIGN_ON_BEGIN = with_examples(
    object_of(iysCode=CODE, partnerCode=CODE), {"iysCode": 731001}, {"partnerCode": 761001}
)
SIGN_ON_BEGUN = object_of(("signIn", "url"), signIn=_SECRET, url=TEXT)
SIGN_ON_FINISH = object_of(signIn=TEXT, state=TEXT, code=TEXT, iss=TEXT, error=TEXT)
SIGN_ON_FINISHED: Schema = {"oneOf": [SESSION, STEP]}

_MEMBER: dict[str, Schema] = {
    "memberId": UUID,
    "name": TEXT,
    "email": TEXT,
    "role": _ROLE,
    "brands": _BRANDS,
    "isActive": YES,
    "isEnrolled": YES,
    "createdAt": WHEN,
    "signedInAt": WHEN,
}
_ALWAYS = ("memberId", "name", "email", "role", "isActive", "isEnrolled", "createdAt")
_PASSKEY = object_of(("id", "label", "createdAt"), id=TEXT, label=TEXT, createdAt=WHEN, usedAt=WHEN)
MEMBERS = object_of(("list",), list=list_of(object_of(_ALWAYS, **_MEMBER)), after=TEXT)
ME = object_of(
    (*_ALWAYS, "actsFor", "hasTotp", "passkeys"),
    **_MEMBER,
    actsFor=_KIND,
    code=CODE,
    hasTotp=YES,
    passkeys=list_of(_PASSKEY),
)
INVITE = with_examples(
    object_of(("name", "email", "role"), name=TEXT, email=TEXT, role=_ROLE, brands=_BRANDS),
    {"name": "Ada Örnek", "email": "ada@ornek-magaza.example", "role": "OPERATOR"},
)
INVITED = object_of(
    ("memberId", "isMailed", "expiresAt"),
    memberId=UUID,
    isMailed=YES,
    invitation={**_SECRET, "description": "shown once, where it does not go by mail"},
    expiresAt=WHEN,
)
POST = with_examples(
    object_of((), role=_ROLE, brands={**_BRANDS, "type": ["array", "null"]}),
    {"role": "MANAGER"},
    {"role": "VIEWER"},
    {"brands": None},
)
CHANGED = object_of(("memberId",), memberId=UUID)
NEW_PASSWORD = object_of(("password", "newPassword"), password=TEXT, newPassword=TEXT)
PASSKEY_ASKED = object_of(("request", "passkey"), request=_SECRET, passkey=_BROWSERS)
PASSKEY_ANSWER = object_of(
    ("request", "passkey", "label"), request=TEXT, passkey=_BROWSERS, label=TEXT
)
PASSKEY_ADDED = object_of(("id",), id=TEXT)
