"""A refusal ends what asks for a yes: recorded since, or said of what the address is asked.

Where a consent is recorded its record decides (`accept`); here the request is ended, by itself.

Source  decision 0086
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from izin.core.address import Address
from izin.core.codes import IysCode
from izin.core.errors import RefusalError
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.via import store
from izin.via.read import held
from izin.via.record import OVERTAKEN
from izin.via.rules import OPEN, Step


def is_overtaken(error: RefusalError) -> bool:
    """Was an answer not recorded because of a refusal that came in between?"""
    return any(each.code == OVERTAKEN for each in error.refused)


async def end_refused(
    connection: Connection, keyring: Keyring, request_id: UUID, now: datetime
) -> None:
    """End a request that is open, in the caller's transaction; what was answered stays."""
    request = await held(connection, keyring, request_id)
    if request is not None and request.stands.at(now) in OPEN:
        await store.give_up(connection, request_id, Step.REFUSED.value)


async def end_of_addresses(
    connection: Connection, keyring: Keyring, addresses: Sequence[Address]
) -> None:
    """End all that these are asked: they are nobody's any more, or somebody else's.

    Cost    two round trips, and 3 µs for each company with a form and each address
    """
    await _end_of(connection, keyring, addresses, of_messages=False)


async def end_of_messages(connection: Connection, keyring: Keyring, to: Address) -> None:
    """End every request for a consent to messages: she has refused them all. Cost: as above."""
    await _end_of(connection, keyring, [to], of_messages=True)


async def end_of_company(
    connection: Connection, keyring: Keyring, of: IysCode, to: Address
) -> None:
    """End what a company asks for messages: she has refused those of one of its brands.

    Whether or not there was anything to refuse; before any record is held, as who confirms does.
    Cost    one round trip
    """
    tag, _ = keyring.pseudonyms.provider_tag(of, to.clear)
    await store.end_of(connection, [of], [tag], of_messages=True)


async def _end_of(
    connection: Connection, keyring: Keyring, addresses: Sequence[Address], *, of_messages: bool
) -> None:
    companies = await store.companies(connection)
    pairs = [(each, to) for each in companies for to in addresses]
    tags = [keyring.pseudonyms.provider_tag(each, to.clear)[0] for each, to in pairs]
    await store.end_of(connection, [each for each, _ in pairs], tags, of_messages=of_messages)
