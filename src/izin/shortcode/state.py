"""DURUM: what stands, told to the telephone that it is about."""

from izin.brand.model import Brand
from izin.consent.model import Standing
from izin.core.codes import BrandCode
from izin.core.terms import RecipientType, Status
from izin.shortcode.call import Call, records_at
from izin.shortcode.own import own_of
from izin.shortcode.refuse import all_pages
from izin.shortcode.replies import day, say, say_of


async def state_at(call: Call, brand: Brand) -> str:
    """What stands at one brand; of whoever had the number before, as if there were none."""
    records = await own_of(call, await records_at(call, [brand]))
    if not records:
        return say_of("no_record", brand)
    by_type = {record.key.recipient_type: record.standing for record in records}
    return say_of("state", brand, states=_states(by_type))


async def counts(call: Call) -> str:
    """At how many brands ONAY stands, of either type, and at how many RET alone.

    Records of whoever had the number before are counted, as at the pages, and never named.
    """
    known: set[BrandCode] = set()
    approved: set[BrandCode] = set()
    async for page in all_pages(call):
        known |= {each.brand.brand_code for each in page}
        approved |= {each.brand.brand_code for each in page if each.standing.status is Status.ONAY}
    words = "counts" if call.missing is None else "counts_late"
    return say(words, approvals=len(approved), refusals=len(known) - len(approved))


def _states(by_type: dict[RecipientType, Standing]) -> str:
    """One state where both types say the same or there is but one, else both."""
    shown = [(each.status.value, day(each.since)) for each in by_type.values()]
    if len(set(shown)) == 1:
        [(status, date)] = set(shown)
        return say("state_of_one", status=status, date=date)
    (status, date), (other_status, other_date) = (
        (each.status.value, day(each.since))
        for each in (by_type[RecipientType.BIREYSEL], by_type[RecipientType.TACIR])
    )
    return say(
        "state_of_both",
        status=status,
        date=date,
        other_status=other_status,
        other_date=other_date,
    )
