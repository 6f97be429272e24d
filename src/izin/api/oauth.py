"""Beside the contract: what a client reads of the token call, and what may be asked of a token.

Source: RFC 8414, RFC 7009, RFC 7662.
"""

from typing import Any

from izin.access.jose import ALGORITHMS
from izin.access.model import Right
from izin.access.revoke import TokenFacts
from izin.admission.lanes import Lane
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.problems import token_problem
from izin.api.services import Services
from izin.core.errors import RefusalError, Refused

METADATA_PATH = "/.well-known/oauth-authorization-server"
TOKEN_PATH, REVOKE_PATH, INTROSPECT_PATH = "/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"
_BODY_MAX = 16 * KIB


def token_url(issuer: str) -> str:
    """Where tokens are asked for."""
    return issuer + TOKEN_PATH


async def metadata(call: Call[Services]) -> Answer:
    """Show what the token call can do."""
    issuer = call.services.issuer
    algorithms = list(ALGORITHMS)
    return Answer(
        200,
        {
            "issuer": issuer,
            "token_endpoint": token_url(issuer),
            "revocation_endpoint": issuer + REVOKE_PATH,
            "introspection_endpoint": issuer + INTROSPECT_PATH,
            "service_documentation": issuer + "/openapi.json",
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials", "password", "refresh_token"],
            "token_endpoint_auth_methods_supported": [
                "private_key_jwt",
                "self_signed_tls_client_auth",
                "none",
            ],
            "token_endpoint_auth_signing_alg_values_supported": algorithms,
            "revocation_endpoint_auth_methods_supported": ["none"],
            "introspection_endpoint_auth_methods_supported": ["Bearer", "DPoP"],
            "dpop_signing_alg_values_supported": algorithms,
            "tls_client_certificate_bound_access_tokens": True,
            "ui_locales_supported": ["tr", "en"],
        },
    )


async def revoke(call: Call[Services]) -> Answer:
    """End a token: who has it may. 200 for any text, so that nobody learns which are tokens."""
    token = _token(call)
    if token is None:
        return token_problem("token_missing", call.language)
    await call.services.token_keeper.revoke(token, now=call.services.clock())
    return Answer(200, {})


async def introspect(call: Call[Services]) -> Answer:
    """Say what an access token is, to a server that takes our tokens and to nobody else."""
    services = call.services
    if not await services.token_keeper.may_ask(call.allowed.caller.user_id):
        raise RefusalError(Refused(code="H353", facts=(("field", "introspect"),)))
    token = _token(call)
    if token is None:
        return token_problem("token_missing", call.language)
    found = await services.token_keeper.facts(token, now=services.clock())
    return Answer(200, {"active": False} if found is None else _told(found, services.issuer))


def _token(call: Call[Services]) -> str | None:
    fields = call.body if isinstance(call.body, dict) else {}
    token = fields.get("token")
    return token if isinstance(token, str) and token else None


def _told(found: TokenFacts, issuer: str) -> dict[str, Any]:
    bound = found.bound
    told: dict[str, Any] = {
        "active": True,
        "client_id": str(found.client_id),
        "sub": str(found.client_id),
        "token_type": "Bearer" if bound.key is None else "DPoP",
        "iss": issuer,
        "aud": issuer if found.audience is None else f"{issuer}/sps/{found.audience}",
        "iat": int(found.created_at.timestamp()),
        "exp": int(found.expires_at.timestamp()),
    }
    if bound.key is not None:
        told["cnf"] = {"jkt": bound.key}
    if bound.certificate is not None:
        told["cnf"] = {"x5t#S256": bound.certificate}
    return told


_TOKEN_BODY = {
    "type": "object",
    "required": ["token"],
    "properties": {"token": {"type": "string"}, "token_type_hint": {"type": "string"}},
}
_INTROSPECTED = {
    "type": "object",
    "required": ["active"],
    "properties": {
        "active": {"type": "boolean"},
        "client_id": {"type": "string", "format": "uuid"},
        "sub": {"type": "string", "format": "uuid"},
        "token_type": {"type": "string", "enum": ["Bearer", "DPoP"]},
        "iss": {"type": "string"},
        "aud": {"type": "string"},
        "iat": {"type": "integer"},
        "exp": {"type": "integer"},
        "cnf": {"type": "object"},
    },
}

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xMetadata",
        method="GET",
        path=METADATA_PATH,
        right=Right.NONE,
        lane=Lane.INFO,
        handler=metadata,
        summary=Summary(
            "Jeton çağrısının neler yapabildiğini gösterir (RFC 8414).",
            "Shows what the token call can do (RFC 8414).",
        ),
        answers={200: {"type": "object"}},
    ),
    Operation(
        id="xRevoke",
        method="POST",
        path=REVOKE_PATH,
        right=Right.NONE,
        lane=Lane.INFO,
        handler=revoke,
        takes=BodyKind.JSON_OR_FORM,
        body_max=_BODY_MAX,
        request=_TOKEN_BODY,
        summary=Summary(
            "Bir jetonu süresinden önce bitirir (RFC 7009).",
            "Ends a token before its time (RFC 7009).",
        ),
        answers={200: {"type": "object"}},
        is_oauth=True,
    ),
    Operation(
        id="xIntrospect",
        method="POST",
        path=INTROSPECT_PATH,
        right=Right.INFO,
        lane=Lane.INFO,
        handler=introspect,
        takes=BodyKind.JSON_OR_FORM,
        body_max=_BODY_MAX,
        request=_TOKEN_BODY,
        summary=Summary(
            "Bir erişim jetonunun ne olduğunu, jeton kabul eden sunuculara söyler (RFC 7662).",
            "Says what an access token is, to servers that take tokens (RFC 7662).",
        ),
        answers={200: _INTROSPECTED},
        errors=("H353",),
        is_oauth=True,
    ),
)
