"""What an address has consented to, whichever brand asked; and what stands of it now.

The citizens' view knows which records there are and follows a moment behind; the company's view
says what stands. Only processes of both sides can look from the one to the other.
"""

import asyncio
from collections.abc import Sequence

from izin.brand.model import Brand
from izin.consent import store
from izin.consent.model import ConsentKey, Standing
from izin.consent.project import CitizenConsent, decode_citizen
from izin.consent.stored import key_columns, standing_of
from izin.core.address import Address
from izin.core.terms import Channel, RecipientType
from izin.keyring import Keyring
from izin.storage.database import Connection

ROWS_MAX = 100_000
"""Records of one address: three channels and two types of each of many brands."""

AT_ONCE = 2_000
"""Of very many records so many are worked on before others have their turn: some 50 ms."""


async def consents_of(
    connection: Connection, keyring: Keyring, address: Address
) -> list[CitizenConsent]:
    """All records under an address, as far as they are projected.

    Raises  OverflowError: more than can be handled at once
    Cost    one round trip; some 10 µs a record
    """
    citizen = keyring.citizen
    tag, bucket = citizen.pseudonyms.citizen_tag(address.clear)
    rows = await store.citizen_rows(connection, tag, bucket, ROWS_MAX + 1)
    if len(rows) > ROWS_MAX:
        raise OverflowError("more records under one address than can be handled at once")
    found: list[CitizenConsent] = []
    for at in range(0, len(rows), AT_ONCE):
        found += [
            decode_citizen(citizen.sealer.open(row["sealed"], bucket, row["slot"].bytes))
            for row in rows[at : at + AT_ONCE]
        ]
        await asyncio.sleep(0)  # whoever has very many keeps nobody else waiting
    return found


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
