"""Which API account calls, by a signed assertion or its certificate: never by a secret.

Source: RFC 7523 3, RFC 8705 2, FAPI 2.0 5.3.2.1.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from izin.access import store
from izin.access.certificate import thumbprint_in
from izin.access.jose import Signed, public_key, read_signed, whole_number
from izin.access.model import Shown
from izin.access.once import Once, is_early, is_id, is_late
from izin.core.origin import without_default_port
from izin.member.model import Belongs
from izin.storage.database import Database

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = timedelta(minutes=5)
_UUID_LENGTH = 36


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """An API account, whose it is, and the key by which it has shown who it is."""

    client_id: UUID
    of: Belongs
    key_id: UUID


class Clients:
    """Knows API accounts by their keys."""

    def __init__(self, database: Database, once: Once, audiences: frozenset[str]) -> None:
        """Take where keys are, what was shown before, and how an assertion may name us."""
        self._database = database
        self._once = once
        self._audiences = audiences

    async def known(
        self, fields: Mapping[str, Any], shown: Shown, *, now: datetime
    ) -> Client | str:
        """Who calls, or the catalogue's key of what is wrong.

        Raises  UnavailableError
        Cost    one round trip, a second one for an assertion
        """
        if fields.get("client_assertion") is not None:
            return await self._by_assertion(fields, now)
        return await self._by_certificate(fields.get("client_id"), shown, now)

    async def _by_certificate(self, client_id: object, shown: Shown, now: datetime) -> Client | str:
        thumbprint = thumbprint_in(shown.certificate)
        if thumbprint is None:
            return "client_missing"
        for row in await self._keys(client_id, now):
            if row["kind"] == "certificate" and row["thumbprint"] == thumbprint:
                return _client(row)
        return "client_unknown"

    async def _by_assertion(self, fields: Mapping[str, Any], now: datetime) -> Client | str:
        if fields.get("client_assertion_type") != ASSERTION_TYPE:
            return "assertion_type"
        text = fields["client_assertion"]
        signed = read_signed(text) if isinstance(text, str) else None
        if signed is None:
            return "client_unknown"
        told = signed.claims.get("sub")
        if fields.get("client_id", told) != told or signed.claims.get("iss") != told:
            return "client_unknown"
        for row in await self._keys(told, now):
            if row["kind"] == "jwk" and signed.is_by(
                public_key(msgspec.json.decode(row["public_jwk"]))
            ):
                return await self._claimed(signed, now) or _client(row)
        return "client_unknown"

    async def _claimed(self, signed: Signed, now: datetime) -> str | None:
        """What is wrong with what it claims; nothing, once."""
        claims = signed.claims
        audience = claims.get("aud")
        if isinstance(audience, list) and len(audience) == 1:
            [audience] = audience
        if not isinstance(audience, str) or without_default_port(audience) not in self._audiences:
            return "assertion_audience"
        expires = whole_number(claims.get("exp"))
        if expires is None or is_late(expires, now) or is_early(expires, now + ASSERTION_LIFE):
            return "assertion_time"
        for name in {"iat", "nbf"} & claims.keys():
            begins = whole_number(claims[name])
            if begins is None or is_early(begins, now):
                return "assertion_time"
        id_ = claims.get("jti")
        if not is_id(id_):
            return "assertion_id"
        is_first = await self._once.is_first("assertion", claims["sub"], id_, last_good=expires)
        return None if is_first else "assertion_again"

    async def _keys(self, client_id: object, now: datetime) -> list[Any]:
        if not isinstance(client_id, str) or len(client_id) != _UUID_LENGTH:
            return []
        try:
            user_id = UUID(client_id)
        except ValueError:
            return []
        if str(user_id) != client_id:  # one spelling, so that nothing can be shown again in another
            return []
        async with self._database.connection() as connection:
            return await store.client_keys(connection, user_id, now)


def _client(row: Any) -> Client:
    of = Belongs(
        iys_code=row["iys_code"],
        partner_code=row["partner_code"],
        intermediary_code=row["intermediary_code"],
    )
    return Client(client_id=row["user_id"], of=of, key_id=row["key_id"])
