"""A number that somebody else had before: since when it is hers, and refusing all that was his."""

from collections import Counter
from collections.abc import Sequence

from izin.citizen.acts import Act
from izin.citizen.claim import Claimed
from izin.citizen.hers import hers
from izin.citizen.number import PassedOn, is_number
from izin.citizen.records import pages_of
from izin.consent.reach import follow
from izin.core.address import Address
from izin.core.clock import day_of
from izin.core.terms import Channel, Status
from izin.storage.database import Connection
from izin.via import end as via_end
from izin.viapass import end as pass_end
from izin.web.citizen.reading import since_in
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

NUMBER, SINCE = "/number", "/number/since"


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show how much is approved under the number, by channel; not whose."""
    assert visit.who is not None, "the table asks for somebody"
    if not is_number(visit.who.address):
        raise NotThereError
    since = visit.who.shown.since
    counts: Counter[Channel] = Counter()
    earlier, missing = 0, await follow(hall.database)
    async with hall.database.connection() as connection:
        async for page in pages_of(connection, hall.keyring, visit.who.address):
            own = await hers(connection, hall.keyring, page, since)
            earlier += len(page) - len(own)
            counts.update(each.key.channel for each in page if each.standing.status is Status.ONAY)
    values = {
        "counts": counts,
        "count_all": counts.total(),
        "count_earlier": earlier,
        "since": None if since is None else day_of(since),
        "is_asked_again": True,
        "is_late": missing is not None,
    }
    return Shown("number.html", values)


async def say_since(hall: Hall, visit: Visit) -> Outcome:
    """Keep since when the number is hers."""
    assert visit.who is not None, "the table asks for somebody"
    said = since_in(visit.form, visit.now)
    visit.form.check()
    assert said is not None, "checked"
    if is_number(visit.who.address):
        await hall.citizens.answer(visit.who, said.since, now=visit.now)
    return Gone(NUMBER) if said.is_new else Gone("/consents").saying("since")


async def refuse_all(hall: Hall, visit: Visit) -> Outcome:
    """Refuse everything that was approved under it: the number is newly hers."""
    assert visit.who is not None, "the table asks for somebody"
    if not is_number(visit.who.address):
        raise NotThereError
    visit.form.ticked("sure", required=True)
    visit.form.check()
    claimed = await hall.citizens.claim(
        visit.who, hall.recorder, _ending_what_it_is_asked(hall), now=visit.now
    )
    if claimed is None:  # her session has ended: another in the same hands claimed it too
        return Gone(NUMBER)
    if claimed.act is None:
        return Gone(NUMBER).saying("nothing_approved")
    return Gone(f"/acts/{claimed.act.act_id}").saying(_word_of(claimed, claimed.act))


def _ending_what_it_is_asked(hall: Hall) -> PassedOn:
    """Give what ends the requests, codes and links that went to whoever had the number before."""

    async def end(connection: Connection, phones: Sequence[Address]) -> None:
        await via_end.end_of_addresses(connection, hall.keyring, phones)
        await pass_end.end_of_addresses(connection, hall.keyring, phones)

    return end


def _word_of(claimed: Claimed, act: Act) -> str:
    if not claimed.is_new:
        return "claimed_before"
    return "all_being_refused" if act.parts else "all_refused"


ROWS = (
    Row(path=NUMBER, shows=show, asks=True),
    Row(path=NUMBER, shows=show, does=refuse_all, asks=True),
    Row(path=SINCE, shows=show, does=say_since, asks=True),
)
