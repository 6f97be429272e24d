"""What movements make of the companies' addresses: kept behind the figures, by the projector."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice
from uuid import UUID

from izin.brand import lookup as brands
from izin.consent.event import EventBody
from izin.consent.model import ConsentKey
from izin.consent.stored import locations
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.subscription import count
from izin.subscription.model import Loaded
from izin.subscription.pools import pools, record_of

WRITTEN_ROWS = 500

Changed = dict[ConsentKey, bool]
"""Records whose status changed, and whether it is ONAY now."""


def changed_by(bodies: Iterable[EventBody], into: Changed) -> None:
    """Add what movements have changed; one that only renews a consent changes nothing."""
    for body in bodies:
        if body.previous_status is not body.status:
            into[body.key] = body.status is Status.ONAY


def loaded_by(bodies: Iterable[EventBody], into: dict[UUID, list[Loaded]]) -> None:
    """Add the records that partners have begun, by the mandate under which each came."""
    for body in bodies:
        if body.mandate_id is not None and body.previous_status is None:
            into.setdefault(body.mandate_id, []).append(Loaded(body.recorded_at, body.consented_at))


async def write_addresses(
    connection: Connection, keyring: Keyring, changed: Mapping[ConsentKey, bool]
) -> None:
    """Write what has changed, in a transaction of the caller's.

    Cost    one statement, and for every WRITTEN_ROWS records three; three more where an address
            comes or goes
    """
    if not changed:
        return
    await count.hold(connection)
    keys = iter(changed)
    # a stretch may be long: whoever numbers movements beside it must not wait for all of it
    while some := list(islice(keys, WRITTEN_ROWS)):
        await _write(connection, keyring, {key: changed[key] for key in some})


async def _write(
    connection: Connection, keyring: Keyring, changed: Mapping[ConsentKey, bool]
) -> None:
    pseudonyms = keyring.pseudonyms
    tests = await brands.tests_among(connection, {key.brand_code for key in changed})
    keys = [key for key in changed if key.brand_code not in tests]
    refs = [pseudonyms.brand_ref(key.brand_code) for key in keys]
    wanted = {
        ref: pools(pseudonyms, key.iys_code, key.tag_code)
        for ref, key in zip(refs, keys, strict=True)
    }
    of_brand = await count.pools_of_brands(connection, wanted)
    becoming: defaultdict[count.Place, dict[bytes, bool]] = defaultdict(dict)
    for key, ref, (tag, bucket) in zip(keys, refs, locations(pseudonyms, keys), strict=True):
        place = count.Place(tag, of_brand[ref].of(key.channel), bucket)
        becoming[place][record_of(ref, key.channel, key.recipient_type)] = changed[key]
    await count.become(connection, becoming)
