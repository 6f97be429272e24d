"""What she answered when the registry asked her for companies: found by her address, taken back.

No row says whose two requests of two companies are: each company's tag of her address is made, and
looked for. A consent to messages is taken back in her list, as every other.

Source  Law 6698 art. 5, 7 and 11; KVKK 2025/1072
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from izin.core.address import Address, AddressKind
from izin.core.plain import shown
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.message.write import Letter, write
from izin.provider import lookup as providers
from izin.receipt.issue import issue
from izin.storage.database import Connection
from izin.via import store
from izin.via.evidence import evidence_hash
from izin.via.model import KvkType, Title
from izin.via.read import held, opened
from izin.via.request import Body, Detail, Request, seal_body
from izin.via.words import BACK

FOUND_MAX = 200

_TOLD_FOR = timedelta(days=1)

KEPT_TAKEN_BACK = timedelta(days=3 * 366)
"""What proves a word that was taken back. Source: Reg. 13, which is kept to here too."""


async def answered(
    connection: Connection, keyring: Keyring, address: Address, since: datetime | None
) -> list[Request]:
    """Give what she answered since the address is hers, newest first; FOUND_MAX at most.

    Raises  UnavailableError
    Cost    two round trips, and 3 µs for each company that has a form
    """
    companies = await store.companies(connection)
    tags = [keyring.pseudonyms.provider_tag(each, address.clear)[0] for each in companies]
    rows = await store.of_address(connection, companies, tags, FOUND_MAX)
    found = [await opened(keyring, row) for row in rows]
    return [each for each in found if _is_hers(each, address, since)]


async def take_back(
    connection: Connection,
    keyring: Keyring,
    hers: tuple[Address, datetime | None],
    request_id: UUID,
    *,
    pages: str,
    now: datetime,
) -> str | None:
    """Take her word on personal data back, in the caller's transaction; give the receipt's number.

    She is sent it too, as of every answer, in the language in which she was asked.

    What a company said of her is erased. What proves her word, and that it was taken back, stays
    for KEPT_TAKEN_BACK. That she was shown a notice stays true.
    Takes   hers: her address, and since when · pages: where the citizens' pages are
    Gives   None where there is nothing to be taken back
    Raises  UnavailableError
    """
    request = await held(connection, keyring, request_id)
    if request is None or not _is_hers(request, *hers) or not may_be_taken_back(request):
        return None
    body = request.body
    details = tuple(
        _back(request_id, body, each, now) if _stands(each) else each for each in body.details
    )
    receipt = await issue(connection, keyring, [request_id], now)
    body = msgspec.structs.replace(body, details=details, back=receipt)
    await store.take_back(connection, request_id, seal_body(keyring, request_id, body))
    company = await _called(connection, request)
    letter = Letter(
        to=body.to,
        words="via_back_kvk",
        values={
            "company": shown(company) if body.to.kind is AddressKind.PHONE else company,
            "receipt": receipt,
            "url": f"{pages}{BACK[Title.KVK]}",
        },
        language=body.language,
        good_for=_TOLD_FOR,
    )
    await write(connection, keyring.message_sealer, letter, now=now)
    return receipt


async def _called(connection: Connection, request: Request) -> str:
    """What the company was called when she gave her word; of one of old what it is called now."""
    named = [each.company for each in request.body.given.values() if each.company]
    titles = await providers.titles(connection, [request.iys_code])
    return next(iter(named), titles.get(request.iys_code, ""))


def may_be_taken_back(request: Request) -> bool:
    """Is there a word that stands, or what a company said of her?"""
    is_answered = Title.KVK in request.body.done
    return is_answered and (request.person is not None or any(map(_stands, request.body.details)))


async def forget_taken_back(connection: Connection, now: datetime, limit: int) -> None:
    """Drop what was taken back long ago, where it is of nothing else."""
    await store.forget_taken_back(connection, now - KEPT_TAKEN_BACK, limit)


def _is_hers(request: Request, address: Address, since: datetime | None) -> bool:
    is_since = since is None or request.started_at >= since
    return is_since and request.body.to == address


def _stands(detail: Detail) -> bool:
    is_word = detail.title is Title.KVK and detail.kind != KvkType.AYDINLATMA_METNI
    return is_word and detail.status is Status.ONAY


def _back(request_id: UUID, body: Body, detail: Detail, now: datetime) -> Detail:
    whole = f"{evidence_hash(request_id, body, detail.title)} {detail.kind} RET {now.isoformat()}"
    id_ = hashlib.sha256(body.salt + whole.encode()).hexdigest()
    return msgspec.structs.replace(detail, status=Status.RET, transaction_id=id_, at=now)
