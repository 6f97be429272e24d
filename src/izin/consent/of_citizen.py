"""What an address has consented to, whichever brand asked; and what stands of it now.

The citizens' view knows which records there are and follows a moment behind; the company's view
says what stands. Only processes of both sides can look from the one to the other.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple
from uuid import UUID

from izin.brand.model import Brand
from izin.consent import store
from izin.consent.model import ConsentKey, Standing
from izin.consent.project import CitizenConsent, decode_citizen
from izin.consent.stored import key_columns, standing_of
from izin.core.address import Address
from izin.core.terms import Channel, RecipientType
from izin.keyring import Keyring
from izin.storage.database import Connection

AT_ONCE = 2_000
"""Of very many records so many are worked on before others have their turn: some 50 ms."""

FIRST = UUID(int=0)
"""Before every slot, which is a keyed tag."""


class Page(NamedTuple):
    """Some of an address's records.

    next_slot  after which slot the next page begins; None: this is the last
    """

    consents: list[CitizenConsent]
    next_slot: UUID | None


async def page_of(
    connection: Connection, keyring: Keyring, address: Address, after_slot: UUID, rows: int
) -> Page:
    """Give the next records of an address, as far as they are projected, in no order of meaning.

    Takes   after_slot: FIRST, or an earlier page's `next_slot`
    Cost    one round trip; some 10 µs a record
    """
    citizen = keyring.citizen
    tag, bucket = citizen.pseudonyms.citizen_tag(address.clear)
    found = await store.citizen_rows(connection, tag, bucket, after_slot, rows)
    consents = [
        decode_citizen(citizen.sealer.open(row["sealed"], bucket, row["slot"].bytes))
        for row in found
    ]
    return Page(consents, found[-1]["slot"] if len(found) == rows else None)


async def consents_of(
    connection: Connection, keyring: Keyring, address: Address
) -> AsyncIterator[list[CitizenConsent]]:
    """All records under an address, however many there are, AT_ONCE at a time.

    Cost    one round trip for each AT_ONCE; else as `page_of`
    """
    slot: UUID | None = FIRST
    while slot is not None:
        page = await page_of(connection, keyring, address, slot, AT_ONCE)
        slot = page.next_slot
        if page.consents:
            yield page.consents
            await asyncio.sleep(0)  # whoever has very many keeps nobody else waiting


def key_under(
    brand: Brand, channel: Channel, recipient_type: RecipientType, address: Address
) -> ConsentKey:
    """Give the key of an address's record at a brand, wherever that has moved."""
    return ConsentKey(
        brand.iys_code, brand.brand_code, channel, recipient_type, address, brand.tagged_for
    )


async def standings(
    connection: Connection, keyring: Keyring, keys: Sequence[ConsentKey]
) -> list[Standing | None]:
    """What stands under these keys now, in their order. Cost: a round trip for each AT_ONCE."""
    found: list[Standing | None] = [None] * len(keys)
    for at in range(0, len(keys), AT_ONCE):
        columns = key_columns(keyring.pseudonyms, keys[at : at + AT_ONCE])
        for row in await store.current_states(connection, columns):
            found[at + row["ord"] - 1] = standing_of(row, keyring.retailers)
    return found
