"""The token call, in today's shape and in the one before it. Source: contract 1.1."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from izin.access.client_grant import BOUND_LIFE, ClientGrants, Kind, NotGranted
from izin.access.clients import ASSERTION_TYPE
from izin.access.holder import NONCE_HEADER
from izin.access.model import Right
from izin.access.tokens import ACCESS_LIFE, REFRESH_LIFE, TokenPair, Tokens
from izin.admission.lanes import Lane
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.problems import token_problem
from izin.i18n.catalogue import Language

OTHER_GRANTS = frozenset(
    {
        "authorization_code",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    }
)
"""Grants that OAuth 2 knows and this registry does not give; any other word is unknown."""


class Services(Protocol):
    """What this door needs."""

    @property
    def tokens(self) -> Tokens:
        """Who exchanges passwords and refresh tokens."""
        ...

    @property
    def client_grants(self) -> ClientGrants:
        """Who gives bound tokens to accounts that sign with their keys."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """The process's time."""
        ...


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The documented keys, and the camelCase twins that some clients read instead."""

    access_token: str
    refresh_token: str
    expires_in: int
    refresh_expires_in: int
    token_type: str
    access_token_twin: str = msgspec.field(name="accessToken")
    refresh_token_twin: str = msgspec.field(name="refreshToken")
    expires_in_twin: int = msgspec.field(name="expiresIn")
    refresh_expires_in_twin: int = msgspec.field(name="refreshExpiresIn")
    token_type_twin: str = msgspec.field(name="tokenType")


class BoundAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A token that only its holder can use. Source: RFC 6749 5.1."""

    access_token: str
    token_type: Kind
    expires_in: int


class LegacyResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The tokens, as they were named before OAuth 2."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str


class LegacyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope of the first API."""

    message: str
    status: int
    result: LegacyResult


async def create_token(call: Call[Services]) -> Answer:
    """Exchange a password or a refresh token; 400 in OAuth's shape for everything else.

    Takes   JSON or a form; unknown keys are ignored: one client posts its whole configuration
    Raises  UnavailableError
    """
    fields = _fields(call)
    match fields.get("grant_type"):
        case "password":
            return _answer(await _by_password(call, fields), call.language, _today)
        case "refresh_token":
            return _answer(await _by_refresh(call, fields, "refresh_token"), call.language, _today)
        case "client_credentials":
            return await _by_client(call, fields)
        case other:
            return token_problem(_grant_problem(other), call.language)


async def create_legacy_token(call: Call[Services]) -> Answer:
    """Exchange a password, in the shape that clients of the first API read."""
    return _answer(await _by_password(call, _fields(call)), call.language, _legacy)


async def refresh_legacy_token(call: Call[Services]) -> Answer:
    """Exchange a refresh token, in the shape that clients of the first API read."""
    pair = await _by_refresh(call, _fields(call), "refreshToken")
    return _answer(pair, call.language, _legacy)


async def _by_client(call: Call[Services], fields: Mapping[str, Any]) -> Answer:
    """Give a token that is bound to a key or a certificate."""
    services = call.services
    outcome = await services.client_grants.grant(fields, call.shown(), now=services.clock())
    nonce = () if outcome.nonce is None else ((NONCE_HEADER, outcome.nonce),)
    if isinstance(outcome, NotGranted):
        return token_problem(outcome.key, call.language, word=outcome.word, headers=nonce)
    return Answer(
        200,
        BoundAnswer(
            access_token=outcome.access,
            token_type=outcome.kind,
            expires_in=_seconds(BOUND_LIFE),
        ),
        nonce,
    )


def _counts_in_hour(body: Any) -> bool:
    """Is it a sign-in as the contract has it, whose limit an hour is for tokens of two hours?

    Who signs for tokens of ten minutes has nothing that others could guess at.
    """
    return not isinstance(body, dict) or body.get("grant_type") != "client_credentials"


def _fields(call: Call[Services]) -> Mapping[str, Any]:
    # A list or a number has no field: what is missing is then told field by field.
    return call.body if isinstance(call.body, dict) else {}


async def _by_password(call: Call[Services], fields: Mapping[str, Any]) -> TokenPair | str:
    """Give the tokens, or the catalogue's key of what is wrong."""
    services = call.services
    for name in ("password", "username"):  # the order in which the contract lists them
        problem = _problem(name, fields.get(name))
        if problem is not None:
            return problem
    pair = await services.tokens.by_password(
        fields["username"], fields["password"], now=services.clock()
    )
    return pair or "credentials_invalid"


async def _by_refresh(
    call: Call[Services], fields: Mapping[str, Any], name: str
) -> TokenPair | str:
    """Give the tokens, or the catalogue's key of what is wrong."""
    services = call.services
    problem = _problem("refresh_token", fields.get(name))
    if problem is not None:
        return problem
    return await services.tokens.by_refresh(fields[name], now=services.clock()) or _REFRESH_INVALID


_REFRESH_INVALID = "refresh_token_invalid"


def _problem(field: str, value: object) -> str | None:
    if value is None:
        return f"{field}_missing"
    if not isinstance(value, str):
        return f"{field}_unsupported"
    return None if value else f"{field}_empty"


def _grant_problem(grant_type: object) -> str:
    if grant_type is None:
        return "grant_type_missing"
    if grant_type == "":
        return "grant_type_empty"
    is_other = isinstance(grant_type, str) and grant_type in OTHER_GRANTS
    return "grant_type_unsupported" if is_other else "grant_type_unknown"


def _answer(
    outcome: TokenPair | str,
    language: Language,
    shape: Callable[[TokenPair, Language], TokenAnswer | LegacyAnswer],
) -> Answer:
    if isinstance(outcome, str):
        return token_problem(outcome, language)
    return Answer(200, shape(outcome, language))


def _today(pair: TokenPair, _: Language) -> TokenAnswer:
    access_s, refresh_s = _seconds(ACCESS_LIFE), _seconds(REFRESH_LIFE)
    return TokenAnswer(
        access_token=pair.access,
        refresh_token=pair.refresh,
        expires_in=access_s,
        refresh_expires_in=refresh_s,
        token_type=_BEARER,
        access_token_twin=pair.access,
        refresh_token_twin=pair.refresh,
        expires_in_twin=access_s,
        refresh_expires_in_twin=refresh_s,
        token_type_twin=_BEARER,
    )


def _legacy(pair: TokenPair, language: Language) -> LegacyAnswer:
    return LegacyAnswer(
        message=_DONE[language],
        status=200,
        result=LegacyResult(
            access_token=pair.access,
            refresh_token=pair.refresh,
            expires_in=_seconds(ACCESS_LIFE),
            token_type=_BEARER,
        ),
    )


def _seconds(life: timedelta) -> int:
    return int(life.total_seconds())


_BEARER = "bearer"
_DONE = {Language.TR: "Jeton verildi.", Language.EN: "Token given."}
_BODY_MAX = 16 * KIB

_CREDENTIALS = {
    "type": "object",
    "required": ["username", "password"],
    "properties": {"username": {"type": "string"}, "password": {"type": "string"}},
}
_REQUEST = {
    "oneOf": [
        {
            "type": "object",
            "required": ["grant_type", "username", "password"],
            "properties": {
                "grant_type": {"const": "password"},
                "username": {"type": "string"},
                "password": {"type": "string"},
            },
        },
        {
            "type": "object",
            "required": ["grant_type", "refresh_token"],
            "properties": {
                "grant_type": {"const": "refresh_token"},
                "refresh_token": {"type": "string"},
            },
        },
        {
            "type": "object",
            "required": ["grant_type"],
            "properties": {
                "grant_type": {"const": "client_credentials"},
                "client_id": {"type": "string", "format": "uuid"},
                "client_assertion_type": {"const": ASSERTION_TYPE},
                "client_assertion": {"type": "string"},
                "resource": {"type": "string"},
            },
        },
    ]
}

OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        id="createToken2",
        method="POST",
        path="/oauth2/token",
        right=Right.NONE,
        lane=Lane.TOKEN,
        handler=create_token,
        takes=BodyKind.JSON_OR_FORM,
        body_max=_BODY_MAX,
        request=_REQUEST,
        summary=Summary(
            "Kullanıcı adı ve şifreyle, yenileme jetonuyla ya da imzayla jeton verir.",
            "Gives tokens for a user name and password, a refresh token or a signature.",
        ),
        answers={200: (TokenAnswer, BoundAnswer)},
        counts_in_hour=_counts_in_hour,
        is_oauth=True,
    ),
    Operation(
        id="xLegacyToken",
        method="POST",
        path="/oauth/token",
        right=Right.NONE,
        lane=Lane.TOKEN,
        handler=create_legacy_token,
        takes=BodyKind.JSON_OR_FORM,
        body_max=_BODY_MAX,
        request=_CREDENTIALS,
        summary=Summary(
            "Eski istemciler için jeton verir; yenileri /oauth2/token kullanır.",
            "Gives tokens to old clients; new ones use /oauth2/token.",
        ),
        answers={200: LegacyAnswer},
        is_oauth=True,
    ),
    Operation(
        id="xLegacyRefresh",
        method="POST",
        path="/oauth/refresh",
        right=Right.NONE,
        lane=Lane.TOKEN,
        handler=refresh_legacy_token,
        takes=BodyKind.JSON_OR_FORM,
        body_max=_BODY_MAX,
        request={
            "type": "object",
            "required": ["refreshToken"],
            "properties": {"refreshToken": {"type": "string"}},
        },
        summary=Summary(
            "Eski istemciler için jeton yeniler; yenileri /oauth2/token kullanır.",
            "Renews tokens for old clients; new ones use /oauth2/token.",
        ),
        answers={200: LegacyAnswer},
        is_oauth=True,
    ),
)
