"""RET: what stands at ONAY for messages becomes RET, at one brand or at all.

Existing records only, so that no address reaches a brand that never had it; what stands at RET is
left, so that a repeated text makes no second event.

Source  law.md C-4, C-22; data page 4, 5; Reg. 9
"""

from collections.abc import Sequence

from izin.brand import lookup
from izin.brand.model import Brand
from izin.consent.event import Actor
from izin.consent.model import Proposal, Recorded
from izin.consent.of_citizen import consents_of
from izin.consent.record import OnRepeat
from izin.core.terms import Channel, Source, Status
from izin.receipt.issue import issue
from izin.shortcode.call import Call, Record, records_at
from izin.shortcode.own import own_of
from izin.shortcode.replies import day, say_of


async def refuse(call: Call, brand: Brand) -> str:
    """Refuse one brand's messages; give the reply.

    What stands refused for whoever had the number before is told as if there were nothing.
    Cost    one round trip to see what stands, three to change it with its receipt
    """
    records = await records_at(call, [brand])
    standing = _consenting(records)
    if standing:
        return say_of("refused", brand, receipt=await end(call, standing))
    own = await own_of(call, records)
    if not own:
        return say_of("no_record", brand)
    since = max(record.standing.since for record in own)
    return say_of("already", brand, date=day(since))


async def end(call: Call, records: Sequence[Record]) -> str:
    """Record a RET on each, in the call's transaction; give the number of the receipt."""
    proposals = [
        Proposal(key=record.key, status=Status.RET, source=Source.IYS_KISAMESAJ, consented_at=None)
        for record in records
    ]
    verdicts = await call.recorder.record(
        call.connection, proposals, actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES
    )
    recorded = [verdict for verdict in verdicts if isinstance(verdict, Recorded)]
    assert len(recorded) == len(proposals), "a citizen's word on a record that exists gets through"
    at = max(verdict.recorded_at for verdict in recorded)
    events = [verdict.event_id for verdict in recorded]
    return await issue(call.connection, call.keyring, events, at)


async def all_records(call: Call) -> list[Record]:
    """The sender's records of messages at all brands but test brands, with what stands.

    Which there are is read where they are projected to: what was recorded within the last second
    may be missing. Cost: three round trips
    """
    consents = await consents_of(call.connection, call.keyring, call.sender)
    codes = sorted({each.brand_code for each in consents if each.channel is Channel.MESAJ})
    if not codes:
        return []
    brands = await lookup.some(call.connection, codes)
    return await records_at(call, [brand for brand in brands if not brand.is_test])


async def all_consenting(call: Call) -> list[Record]:
    """Those of `all_records` that stand at ONAY."""
    return _consenting(await all_records(call))


def _consenting(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.standing.status is Status.ONAY]
