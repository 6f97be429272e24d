"""Has a company's package room for whoever consents? Asked before she is, and again when she has.

Source  contract 1.17, startViaRequest and VIA İşlem Tamamlama (H1031)
"""

from collections.abc import Sequence

from izin.brand.model import Brand
from izin.consent.model import ConsentKey, Proposal
from izin.consent.quota import Quotas
from izin.core.address import Address
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Channel, RecipientType
from izin.storage.database import Connection
from izin.via.rules import Etk


def key_of(
    brand: Brand, channel: Channel, recipient_type: RecipientType, to: Address
) -> ConsentKey:
    """Name the record that a consent is of."""
    return ConsentKey(
        brand.iys_code, brand.brand_code, channel, recipient_type, to, brand.tagged_for
    )


async def see_room(
    connection: Connection, quotas: Quotas, named: Sequence[Brand], etk: Etk, to: Address
) -> None:
    """See that an address could come in, which takes no room yet. Raises RefusalError H1031."""
    for brand in named:
        keys = [key_of(brand, channel, etk.recipient_type, to) for channel in etk.channels]
        if await quotas.is_full_for(connection, keys):
            raise RefusalError(Refused(code="H1031"))


async def take_room(connection: Connection, quotas: Quotas, proposals: Sequence[Proposal]) -> None:
    """Let those come in who have consented. Raises RefusalError H1031."""
    for brand in {each.key.brand_code: None for each in proposals}:
        of_brand = [each for each in proposals if each.key.brand_code == brand]
        if await quotas.over(connection, of_brand, is_collected=True):
            raise RefusalError(Refused(code="H1031"))
