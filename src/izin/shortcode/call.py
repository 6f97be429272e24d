"""What every answer works with."""

from datetime import datetime

import msgspec

from izin.brand.model import Brand
from izin.consent.model import ConsentKey, Standing
from izin.consent.of_citizen import key_under, standings
from izin.consent.record import Recorder
from izin.core.address import Address
from izin.core.terms import Channel, RecipientType
from izin.keyring import Keyring
from izin.storage.database import Connection


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One text on its way to its answer, inside one transaction.

    now      the process's clock, for what was asked and how long that holds; records take another
    missing  since when something may not be in the citizens' view yet; None: all is
    """

    connection: Connection
    keyring: Keyring
    recorder: Recorder
    sender: Address
    now: datetime
    missing: datetime | None = None


class Record(msgspec.Struct, frozen=True):
    """A record of the sender's at a brand, and what stands."""

    key: ConsentKey
    brand: Brand
    standing: Standing


async def records_at(call: Call, brands: list[Brand]) -> list[Record]:
    """The sender's records of messages at brands, of both types. Cost: one round trip."""
    places = [
        (brand, key_under(brand, Channel.MESAJ, recipient_type, call.sender))
        for brand in brands
        for recipient_type in RecipientType
    ]
    found = await standings(call.connection, call.keyring, [key for _, key in places])
    return [
        Record(key, brand, standing)
        for (brand, key), standing in zip(places, found, strict=True)
        if standing is not None
    ]
