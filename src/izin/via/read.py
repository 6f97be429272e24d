"""A request is looked up: as it stands, opened."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.core.address import Address
from izin.core.codes import IysCode
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.message.lookup import told
from izin.message.model import MessageState
from izin.storage.database import Connection
from izin.via import store
from izin.via.model import KvkType, Title
from izin.via.request import Request, open_body, open_person
from izin.via.rules import Stands, Step, Verification

FOUND_MAX = 200


async def request_of(connection: Connection, keyring: Keyring, request_id: UUID) -> Request | None:
    """Give a request; of another company's row-level security shows none. Cost: one round trip."""
    row = await store.request(connection, request_id)
    return None if row is None else await opened(keyring, row)


async def held(connection: Connection, keyring: Keyring, request_id: UUID) -> Request | None:
    """The same; nobody else changes it until the commit."""
    row = await store.held_request(connection, request_id)
    return None if row is None else await opened(keyring, row)


async def with_what_is_out(connection: Connection, request: Request) -> Request:
    """The same, knowing whether what she answers by has been handed over. Cost: one round trip."""
    stands, codes = request.stands, request.proofs
    keys = [id_ for title, id_ in codes.items() if title not in stands.done]
    is_out = await waiting(connection, keys or [request.request_id]) == set()
    stands = msgspec.structs.replace(stands, is_out=is_out)
    return msgspec.structs.replace(request, stands=stands)


async def waiting(connection: Connection, keys: Collection[UUID]) -> set[UUID]:
    """Which messages no supplier has taken yet, by the keys under which they were written."""
    heard = await told(connection, keys)
    return {key for key, each in heard.items() if each.standing.state is MessageState.WAITING}


async def kvk_requests(
    connection: Connection, keyring: Keyring, of: IysCode, address: Address, kind: KvkType
) -> list[Request]:
    """Which requests of a company obtained an address's word on a text, newest first.

    Cost    one round trip; the newest FOUND_MAX of an address are looked at
    """
    tag, _ = keyring.pseudonyms.provider_tag(of, address.clear)
    found = [
        await opened(keyring, row)
        for row in await store.of_recipient(connection, of, tag, FOUND_MAX)
    ]
    return [
        each
        for each in found
        if any(one.kind == kind and one.status is Status.ONAY for one in each.body.details)
    ]


async def opened(keyring: Keyring, row: Record) -> Request:
    """Open a row. Raises KeyLostError, SealBrokenError, UnavailableError."""
    request_id: UUID = row["request_id"]
    proofs: dict[Title, UUID | None] = {
        Title.ETK: row["etk_proof_id"],
        Title.KVK: row["kvk_proof_id"],
    }
    opened_at: datetime | None = row["opened_at"]
    body = await open_body(keyring, request_id, row["body_sealed"])
    return Request(
        request_id=request_id,
        iys_code=IysCode(row["iys_code"]),
        form_id=row["form_id"],
        form_version=row["form_version"],
        stands=Stands(
            step=Step(row["step"]),
            verification=Verification(row["verification"]),
            tries=row["tries"],
            due_at=row["due_at"],
            was_opened=opened_at is not None,
            done=body.done,
        ),
        proofs={title: id_ for title, id_ in proofs.items() if id_ is not None},
        body=body,
        person=await open_person(keyring, request_id, row["person_sealed"]),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )
