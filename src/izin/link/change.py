"""What a link reaches is shown, refused, and approved again where the address was shown to be hers.

Existing records only, so that no address reaches a brand that never had it; what stands as asked
is left, so that a second click makes no second event.

Source  data page 4, 5; Reg. 9; RFC 8058
"""

from collections.abc import Collection

from izin.brand import lookup as brands
from izin.consent.event import Actor
from izin.consent.model import Proposal, Recorded
from izin.consent.of_citizen import key_under, standings
from izin.consent.record import OnRepeat, Recorder
from izin.core.terms import Channel, Source, Status
from izin.keyring import Keyring
from izin.link.model import Changed, Found, Reach, Reached
from izin.provider import lookup as providers
from izin.receipt.issue import issue
from izin.storage.database import Connection


async def found_by(connection: Connection, keyring: Keyring, reach: Reach) -> Found | None:
    """What stands there now; None where the brand is gone. Cost: three round trips."""
    known = await brands.some(connection, [reach.brand_code])
    if not known:
        return None
    [brand] = known
    titles = await providers.titles(connection, [brand.iys_code])
    keys = [
        key_under(brand, channel, recipient_type, reach.address)
        for channel in reach.channels
        for recipient_type in reach.recipient_types
    ]
    found = await standings(connection, keyring, keys)
    records = tuple(
        Reached(key, standing)
        for key, standing in zip(keys, found, strict=True)
        if standing is not None
    )
    return Found(brand, titles.get(brand.iys_code, ""), records)


async def change(
    connection: Connection,
    keyring: Keyring,
    recorder: Recorder,
    found: Found,
    channels: Collection[Channel],
    to: tuple[Status, Source],
) -> Changed | None:
    """Make what stands otherwise by these channels ONAY or RET, in the caller's transaction.

    Gives   None where nothing does
    Raises  UnavailableError
    """
    status, source = to
    proposals = [
        Proposal(key=each.key, status=status, source=source, consented_at=None)
        for each in found.records
        if each.key.channel in channels and each.standing.status is not status
    ]
    if not proposals:
        return None
    verdicts = await recorder.record(
        connection, proposals, actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES
    )
    recorded = [each for each in verdicts if isinstance(each, Recorded)]
    assert len(recorded) == len(proposals), "a citizen's word on a record that exists gets through"
    at = max(each.recorded_at for each in recorded)
    return Changed(await issue(connection, keyring, [each.event_id for each in recorded], at), at)
