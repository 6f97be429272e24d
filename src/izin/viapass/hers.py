"""What she confirmed, or denied, when companies had her address verified: found by her address.

No row says whose two requests of two companies are: each company's tag of her address is made, and
looked for.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.codes import IysCode
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.viapass import store
from izin.viapass.model import Kind, Request, State
from izin.viapass.seal import opened

FOUND_MAX = 200


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """One verification that she answered. It prints nothing.

    receipt  its number; of one of old empty
    """

    request_id: UUID
    iys_code: IysCode
    kind: Kind
    state: State
    at: datetime
    receipt: str

    def __repr__(self) -> str:
        """Leave everything out."""
        return "Verified(…)"


async def verified(
    connection: Connection, keyring: Keyring, address: Address, since: datetime | None
) -> list[Verified]:
    """Give what she answered since the address is hers, newest first; FOUND_MAX at most.

    Raises  UnavailableError
    Cost    two round trips, and 3 µs for each company that had an address verified
    """
    companies = await store.companies(connection)
    tags = [keyring.pseudonyms.provider_tag(each, address.clear)[0] for each in companies]
    found = await store.of_address(connection, companies, tags, FOUND_MAX)
    every = [(each, await opened(keyring, each)) for each in found]
    return [
        _verified(request, "" if given is None else given.receipt)
        for request, (asked, given) in every
        if asked.to == address and _is_since(request, since)
    ]


def _is_since(request: Request, since: datetime | None) -> bool:
    return since is None or request.started_at >= since


def _verified(request: Request, receipt: str) -> Verified:
    return Verified(
        request_id=request.request_id,
        iys_code=request.iys_code,
        kind=request.kind,
        state=request.state,
        at=request.ended_at or request.started_at,
        receipt=receipt,
    )
