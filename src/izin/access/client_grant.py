"""An API account gets a token that nobody else can use. Source: RFC 6749 4.4, FAPI 2.0 5.3.2."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import msgspec

from izin.access import store
from izin.access.audience import company_in, may_ask_for
from izin.access.certificate import thumbprint_in
from izin.access.clients import Client, Clients
from izin.access.directory import Directory
from izin.access.dpop import KeyProof
from izin.access.holder import Fault, Holders
from izin.access.model import Shown
from izin.access.uses import Uses
from izin.core.codes import IysCode
from izin.storage.database import Database
from izin.vault.tokens import Tokens as TokenMint

BOUND_LIFE = timedelta(seconds=600)

Kind = Literal["DPoP", "Bearer"]
"""How the token is sent. Source: RFC 9449 5, RFC 8705 3."""


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """What its owner gets, once. It prints nothing.

    nonce  what the next proof has to say, where it is another
    """

    access: str
    kind: Kind
    nonce: str | None = None

    def __repr__(self) -> str:
        """Show nothing."""
        return "Granted(…)"


class NotGranted(msgspec.Struct, frozen=True, kw_only=True):
    """Why not: the catalogue's key, the word of what was expected, and a nonce to say instead."""

    key: str
    word: str | None = None
    nonce: str | None = None


class ClientGrants:
    """Gives bound tokens."""

    def __init__(
        self,
        database: Database,
        mint: TokenMint,
        *,
        clients: Clients,
        holders: Holders,
        directory: Directory,
        base_url: str,
    ) -> None:
        """Take who knows accounts, holders and companies."""
        self._database = database
        self._mint = mint
        self._clients = clients
        self._holders = holders
        self._directory = directory
        self._base_url = base_url
        self._uses = Uses(database)

    async def grant(
        self, fields: Mapping[str, Any], shown: Shown, *, now: datetime
    ) -> Granted | NotGranted:
        """Give a token for ten minutes, or say why not.

        The proof is read first, so that whoever has to say another nonce has used up nothing.

        Raises  UnavailableError
        Cost    four round trips with an assertion and a proof
        """
        proof = None if shown.proof is None else self._holders.proof(shown, None, now=now)
        if isinstance(proof, Fault):
            return _not_proven(proof)
        if proof is None and thumbprint_in(shown.certificate) is None:
            return NotGranted(key="unbound")
        client = await self._clients.known(fields, shown, now=now)
        if isinstance(client, str):
            return NotGranted(key=client)
        company = company_in(fields.get("resource"), self._base_url)
        if isinstance(company, bool) or not self._is_open(client, company, now):
            return NotGranted(key="target_unknown")
        if proof is not None and not await self._holders.is_new(proof):
            return _not_proven(Fault("proof_again"))
        return await self._given(client, company, proof or shown.certificate, now)

    def _is_open(self, client: Client, company: IysCode | None, now: datetime) -> bool:
        return company is None or may_ask_for(self._directory, client.of, company, now)

    async def _given(
        self, client: Client, company: IysCode | None, by: KeyProof | str | None, now: datetime
    ) -> Granted:
        """Bind it to the key of a proof, else to the certificate of the connection."""
        drawn = self._mint.issue()
        proof = by if isinstance(by, KeyProof) else None
        row = store.AccessRow(
            token_tag=drawn.tag,
            family=uuid4(),
            user_id=client.client_id,
            created_at=now,
            expires_at=now + BOUND_LIFE,
            audience=company,
            key_thumbprint=None if proof is None else proof.key,
            certificate_thumbprint=None if isinstance(by, KeyProof) else thumbprint_in(by),
        )
        async with self._database.connection() as connection:
            await store.put_access(connection, row)
        await self._uses.note(client.client_id, client.key_id, now=now)
        if proof is None:
            return Granted(access=drawn.text, kind="Bearer")
        nonce = self._holders.fresh_nonce(proof.nonce, now)
        return Granted(access=drawn.text, kind="DPoP", nonce=nonce)


def _not_proven(fault: Fault) -> NotGranted:
    if fault.nonce is not None:
        return NotGranted(key="nonce_wanted", nonce=fault.nonce)
    return NotGranted(key="proof_unfit", word=fault.word)
