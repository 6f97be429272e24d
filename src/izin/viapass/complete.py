"""A code comes back by the company, or she follows her link: once, within its life, in three tries.

Either way her answer has a receipt: of a code it comes by message, of a link it stands on its page,
and of both where she sees what she answered.

Source  contract 1.17b
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.core.plain import cut, shown
from izin.keyring import Keyring
from izin.message.write import Letter, write
from izin.proof.check import misshapen, tried
from izin.proof.model import Shown
from izin.provider import lookup as providers
from izin.receipt.issue import draw, issue
from izin.storage.database import Connection, Database
from izin.viapass import store
from izin.viapass.model import Given, Kind, Request, State
from izin.viapass.rules import over
from izin.viapass.seal import opened, seal_given
from izin.viapass.start import bound_to

NAME_ROOM = 30
"""Signs of a company's title in a text message of one segment."""

_GOOD_FOR = timedelta(days=1)
_ANSWERS = "/answers"


class HandedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A code as a company hands it in. It prints nothing."""

    iys_code: IysCode
    kind: Kind
    request_id: UUID
    code: str
    user_id: UUID
    network: str

    def __repr__(self) -> str:
        """Leave the code out."""
        return f"HandedIn({self.kind})"


async def complete(
    database: Database, keyring: Keyring, handed: HandedIn, *, pages: str, now: datetime
) -> None:
    """Take a code, and tell her of it. What it was tried stands whatever becomes of it.

    Takes   pages: where the citizens' pages are
    Raises  RefusalError OTP-ERROR-001 the company has no such request of this kind, H1110, H1050,
            H1051 it takes none any more, H1052 the code is wrong, IZ160 it looks like none ·
            TooManyError IZ110 · UnavailableError
    """
    given = Given(code=handed.code, user_id=handed.user_id, network=handed.network, receipt=draw())
    async with database.acting_for(f"company:{handed.iys_code}") as connection:
        request = await store.one(connection, handed.request_id, handed.iys_code)
        if request is None or request.kind is not handed.kind:
            raise RefusalError(Refused(code="OTP-ERROR-001"))
        # the company's network is not counted: all its recipients would be one
        network = f"company:{handed.iys_code} {handed.request_id}"
        refused = await _taken(connection, keyring, request, given, (network, now))
        if refused is None:
            await _tell(connection, keyring, request, given.receipt, pages=pages, now=now)
    if refused is not None:
        raise RefusalError(refused)


async def _tell(
    connection: Connection,
    keyring: Keyring,
    request: Request,
    receipt: str,
    *,
    pages: str,
    now: datetime,
) -> None:
    """Confirm to her what she let the company know, in the language in which she was asked."""
    asked, _ = await opened(keyring, request)
    titles = await providers.titles(connection, [request.iys_code])
    template = await store.template(connection, request.template_id, request.template_version)
    assert template is not None, "none is ever dropped"
    is_sms = request.kind.is_sms
    company = titles.get(request.iys_code, "")
    letter = Letter(
        to=asked.to,
        words="pass_confirmed",
        values={
            "company": cut(shown(company), NAME_ROOM) if is_sms else company,
            "receipt": receipt,
            "url": f"{pages}{_ANSWERS}",
        },
        language=template.wording.language,
        good_for=_GOOD_FOR,
    )
    await write(connection, keyring.message_sealer, letter, now=now)


async def follow(
    database: Database, keyring: Keyring, link: str, to: State, *, network: str, now: datetime
) -> str | Refused:
    """Take a link's end: she confirms that the address is hers, or that she asked for nothing.

    Gives   her receipt's number, or why it is over: H1110, H1050, H1051; IZ144 there is no such
            link
    Raises  TooManyError IZ110 · UnavailableError
    """
    given = Given(code="", user_id=None, network=network, receipt=draw())
    async with database.transaction() as connection:
        request = await store.linked(connection, keyring.pseudonyms.token_tag(link))
        if request is None:
            return Refused(code="IZ144")
        if to is State.DENIED:
            refused = over(request, now)
            if refused is None:
                refused = await _finished(connection, keyring, request, State.DENIED, given, now)
        else:
            told = msgspec.structs.replace(given, code=link)
            refused = await _taken(connection, keyring, request, told, (network, now))
        return given.receipt if refused is None else refused


async def _taken(
    connection: Connection,
    keyring: Keyring,
    request: Request,
    given: Given,
    where: tuple[str, datetime],
) -> Refused | None:
    network, now = where
    refused = over(request, now)
    if refused is not None:
        return refused
    bad = misshapen(request.kind.purpose, given.code)
    if bad is not None:
        return msgspec.structs.replace(bad, location=("otpCode",))
    told = Shown(
        proof_id=request.proof_id,
        purpose=request.kind.purpose,
        bound=bound_to(request.request_id),
        code=given.code,
        network=network,
    )
    wrong = await tried(connection, keyring.proofs, told)
    if wrong is None:
        hashed = keyring.proofs.code_hash(told.proof_id, told.bound, given.code).hex()
        kept = msgspec.structs.replace(given, code="" if request.kind.is_link else hashed)
        return await _finished(connection, keyring, request, State.DONE, kept, now)
    if not await store.wrong(connection, request.request_id):
        return Refused(code="H1110")  # somebody else was first
    return Refused(code="H1052", location=("otpCode",), value=given.code)


async def _finished(
    connection: Connection,
    keyring: Keyring,
    request: Request,
    to: State,
    given: Given,
    now: datetime,
) -> Refused | None:
    """Finish it, with her receipt; H1110 where somebody was first, or ended it."""
    sealed = seal_given(keyring, request.request_id, given)
    if not await store.finish(connection, request, to.value, sealed):
        return Refused(code="H1110")
    await issue(connection, keyring, [request.request_id], now, number=given.receipt)
    return None
