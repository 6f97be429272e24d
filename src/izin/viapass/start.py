"""A company has an address verified: a code or a link goes there, for one of its credits.

Source  contract 1.17b
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.core.linkname import draw
from izin.core.uuid7 import uuid7s
from izin.keyring import Keyring
from izin.proof.model import Asked as ProofAsked
from izin.proof.model import Worded
from izin.proof.send import send
from izin.storage.database import Connection, Database
from izin.viapass import store
from izin.viapass.model import (
    LIFE,
    LINK_LIFE,
    LINK_SHOWN,
    Asked,
    Kind,
    Template,
)
from izin.viapass.seal import seal_asked


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a company wants verified. It prints no address."""

    iys_code: IysCode
    kind: Kind
    to: Address
    template_id: int
    tin: str
    user_id: UUID
    network: str

    def __repr__(self) -> str:
        """Leave out whose it is."""
        return f"Wanted({self.kind})"


class Started(NamedTuple):
    """What is begun. A link's end is for her alone: the company learns by what it begins."""

    request_id: UUID
    link_begins: str | None


async def start(
    database: Database, keyring: Keyring, wanted: Wanted, *, origin: str, now: datetime
) -> Started:
    """Send a code or a link, in one transaction: what is refused costs nothing.

    Takes   origin: where the citizens' pages are, for links
    Raises  RefusalError H1107 no approved text of this number and kind, H1093, H1092, H1015 no
            credit, IZ113 · TooManyError IZ110, IZ114 · UnavailableError
    Cost    eight statements
    """
    async with database.acting_for(f"company:{wanted.iys_code}") as connection:
        template = await store.approved(
            connection, wanted.template_id, wanted.iys_code, wanted.kind.value
        )
        if template is None:
            raise RefusalError(Refused(code="H1107"))
        if not await store.take_credit(connection, wanted.iys_code):
            raise RefusalError(await _why_not(connection, wanted.iys_code, now))
        return await _sent(connection, keyring, (wanted, template), origin, now)


async def _why_not(connection: Connection, iys_code: IysCode, now: datetime) -> Refused:
    had = await store.subscription(connection, iys_code)
    if had is None:
        return Refused(code="H1093")
    return Refused(code="H1015" if had.stands(now) else "H1092")


async def _sent(
    connection: Connection,
    keyring: Keyring,
    what: tuple[Wanted, Template],
    origin: str,
    now: datetime,
) -> Started:
    wanted, template = what
    (request_id,) = uuid7s(1, int(now.timestamp() * 1000))
    link = draw() if wanted.kind.is_link else None
    subject, body = template.wording.said(template.wording.language)
    if link is not None:
        body = body.replace(wanted.kind.place, f"{origin}/o/{{code}}")
    life = LINK_LIFE if wanted.kind.is_link else LIFE
    asked = ProofAsked(
        to=wanted.to,
        purpose=wanted.kind.purpose,
        bound=bound_to(request_id),
        words=f"via_pass {template.template_id}",
        values={},
        language=template.wording.language,
        sender=f"company:{wanted.iys_code}",
        worded=Worded(subject, body, template.version),
        secret=link,
        life=life,
    )
    proof_id = await send(connection, keyring.proofs, keyring.message_sealer, asked, now=now)
    kept = Asked(
        to=wanted.to,
        message=body if link is None else body.replace("{code}", f"{link[:LINK_SHOWN]}…"),
        tin=wanted.tin,
        user_id=wanted.user_id,
        network=wanted.network,
    )
    tag, _ = keyring.pseudonyms.provider_tag(wanted.iys_code, wanted.to.clear)
    await store.enter(
        connection,
        request_id,
        wanted.iys_code,
        wanted.kind.value,
        template.template_id,
        template.version,
        proof_id,
        None if link is None else keyring.pseudonyms.token_tag(link),
        seal_asked(keyring, request_id, kept),
        now + life,
        tag,
    )
    return Started(request_id, None if link is None else link[:LINK_SHOWN])


def bound_to(request_id: UUID) -> bytes:
    """What a code is for: this request and none else."""
    return b"via pass " + request_id.bytes
