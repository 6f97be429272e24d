"""A personal link: who has it refuses one brand in two taps; back she comes by a code alone.

Looking changes nothing, however often previews and scanners do it. Source: security T29, T31.
"""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from izin.admission.limiter import TooManyError
from izin.brand.model import Brand
from izin.citizen.acts import Act, refusal_at
from izin.citizen.call import Call
from izin.citizen.change import Left, change_keys
from izin.consent.model import ConsentKey
from izin.core.address import REACHED_BY, Address, AddressKind
from izin.core.clock import day_of
from izin.core.errors import RefusalError
from izin.core.plain import shown as in_plain_letters
from izin.core.terms import Channel, Status
from izin.i18n.catalogue import Language
from izin.link.find import hold, look_at
from izin.link.make import PATH
from izin.link.model import Found, PersonalLink
from izin.link.reach import found_by
from izin.proof.check import tried
from izin.proof.model import Asked, Purpose
from izin.proof.model import Shown as Given
from izin.proof.send import send
from izin.receipt import number
from izin.receipt.issue import check
from izin.storage.database import Connection
from izin.web.citizen import flow
from izin.web.citizen.fixed_line import instead_of_a_code
from izin.web.citizen.reading import CODE_MAX
from izin.web.citizen.services import Hall, Row, Visit, stops_on
from izin.web.shared.visit import Gone, Outcome, Sent, Shown
from izin.web.shared.words import say


class Changed(NamedTuple):
    """What was changed: the number of its receipt, and from when it is."""

    receipt: str
    at: datetime


_BRAND_MAX = 30
_OVER = "IZ112"
_ALL = "ALL"


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show what the link refuses, or since when that is refused."""
    try:
        async with hall.database.connection() as connection:
            link = await _looked_at(hall, visit, connection)
            found = None if link is None else await found_by(connection, hall.keyring, link.reach)
            if link is None or found is None:
                return Shown("link_gone.html", status=404)
            call = _call(hall, connection, link)
            changed = await _changed(hall, visit, connection)
            earlier = None if changed else await refused_before(call, found)
            if earlier is not None and earlier.source is not link.source:
                earlier = None  # where she refused otherwise is no business of who has the link
    except TooManyError as error:
        return Shown("trouble.html", {"key": "scanned", "why": ()}, 429, error.retry_after_s)
    values = {**shown_of(hall, found, changed, visit.language), "whose": link.reach.address.masked}
    values |= {"is_told": True, "earlier": earlier, "reached": link.reach.channels}
    values["is_of_all"] = set(REACHED_BY[link.reach.address.kind]) <= set(link.reach.channels)
    return Shown("link.html", {**values, "at": f"{PATH}{visit.path['link']}"})


def shown_of(
    hall: Hall, found: Found, changed: Changed | None, language: Language
) -> dict[str, object]:
    """What stands at a brand, for the part of a page that shows it, and what was just changed."""
    since = found.refused_since
    last_day = None if since is None else stops_on(hall, since)
    return {
        "brand": found.brand,
        "company": found.company,
        "records": found.records,
        "asked": found.channels_at(Status.ONAY),
        "refused": found.channels_at(Status.RET),
        "refused_since": since,
        "last_day": last_day if last_day and last_day >= day_of(hall.clock()) else None,
        "receipt": None if changed is None else changed.receipt,
        "stops_on": None if changed is None else stops_on(hall, changed.at),
        "act": None,
        "may_be_undone": False,
        "named": partial(_named, language=language),
    }


def _named(channels: Collection[Channel], *, language: Language) -> str:
    return ", ".join(say(f"channel.{each}", language) for each in channels)


async def refused_before(call: Call, found: Found) -> Act | None:
    """By which act of hers stands refused what does, if it is among those that are kept."""
    since = found.refused_since
    return None if since is None else await refusal_at(call, found.brand.brand_code, since)


async def refuse(hall: Hall, visit: Visit) -> Outcome:
    """Refuse: by one channel, or by all that the link reaches."""
    wanted = visit.form.values.get("channel", "")
    async with hall.database.transaction() as connection:
        link = await _held(hall, visit, connection)
        changed = None
        if link is not None:
            channels = [each for each in link.reach.channels if wanted in (_ALL, each.value)]
            changed = await _change(hall, connection, link, channels, Status.RET)
    return done(f"{PATH}{visit.path['link']}", Status.RET, changed)


def done(at: str, status: Status, changed: Act | Left | None) -> Gone:
    """Go back, and say what came of it; None: there is nothing there that could be changed."""
    if changed is None:
        return Gone(at)
    if isinstance(changed, Left):
        return Gone(at).saying(changed.value)
    return Gone(at).saying(status.value.lower(), of=changed.receipt)


async def refuse_by_one_click(hall: Hall, visit: Visit) -> Outcome:
    """Refuse mails, as a mail program asks in its reader's name. Source: RFC 8058 3.2."""
    try:
        async with hall.database.transaction() as connection:
            link = await _held(hall, visit, connection)
            if link is None or Channel.EPOSTA not in link.reach.channels:
                return Sent(b"", status=404)
            await _change(hall, connection, link, [Channel.EPOSTA], Status.RET)
    except TooManyError as error:
        return Sent(b"", status=429, retry_s=error.retry_after_s)
    return Sent(b"")


async def show_undo(hall: Hall, visit: Visit) -> Outcome:
    """Ask by which channels messages may come again."""
    shown = await show(hall, visit)
    if not isinstance(shown, Shown) or shown.template != "link.html":
        return shown
    if not shown.values["refused"]:
        return Gone(f"{PATH}{visit.path['link']}")
    return Shown("link_undo.html", shown.values)


async def send_code(hall: Hall, visit: Visit) -> Outcome:
    """Send a code to the link's address."""
    at = f"{PATH}{visit.path['link']}"
    async with hall.database.transaction() as connection:
        link = await _looked_at(hall, visit, connection)
        found = None if link is None else await found_by(connection, hall.keyring, link.reach)
        if link is None or found is None:
            return Gone(at)
        refused = found.channels_at(Status.RET)
        channels = [each for each in refused if visit.form.ticked(each.value)]
        if not channels:
            visit.form.refuse("channels", "fault.ways")
        visit.form.check()
        if (told := instead_of_a_code(hall, link.reach.address, at)) is not None:
            return told
        asked = Asked(
            to=link.reach.address,
            purpose=Purpose.CONSENT,
            bound=_bound(visit, channels),
            words="link_undo_code",
            values={"brand": _name_of(found.brand, link.reach.address)},
            language=visit.language,
            network=visit.client,
            unsubscribe=f"{hall.origin}{at}",
        )
        keys, sealer = hall.keyring.proofs, hall.keyring.message_sealer
        proof_id = await send(connection, keys, sealer, asked, now=visit.now)
    half = ".".join((str(proof_id), *channels))
    return flow.begin(f"{at}/code", half)


async def show_code(hall: Hall, visit: Visit) -> Outcome:
    """Ask for the code."""
    at = f"{PATH}{visit.path['link']}"
    if _half(visit) is None:
        return flow.lost(f"{at}/undo")
    async with hall.database.connection() as connection:
        link = await _looked_at(hall, visit, connection)
    if link is None:
        return Shown("link_gone.html", status=404)
    values = {"at": at, "anew": f"{at}/undo", "whose": link.reach.address.masked}
    return Shown("link_code.html", values)


async def approve(hall: Hall, visit: Visit) -> Outcome:
    """Take the code, and approve what was chosen with it."""
    half, at = _half(visit), f"{PATH}{visit.path['link']}"
    if half is None:
        return flow.lost(f"{at}/undo")
    proof_id, channels = half
    code = visit.form.text("code", CODE_MAX, required=True).replace(" ", "")
    visit.form.check()
    given = Given(
        proof_id=proof_id,
        purpose=Purpose.CONSENT,
        bound=_bound(visit, channels),
        code=code,
        network=visit.client,
    )
    changed = await _approved(hall, visit, given, channels)
    gone = done(at, Status.ONAY, changed)
    return Gone(gone.to, (*gone.cookies, flow.over(visit)))


async def _approved(
    hall: Hall, visit: Visit, given: Given, channels: list[Channel]
) -> Act | Left | None:
    """Approve with a code; of forms that are sent at once one uses it up, and it stands so then.

    Raises  RefusalError IZ111, IZ112 · TooManyError
    """
    async with hall.database.transaction() as connection:  # its end keeps the count of tries
        link = await _held(hall, visit, connection)
        if link is None:
            return None
        wrong = await tried(connection, hall.keyring.proofs, given)
        if wrong is None:
            return await _change(hall, connection, link, channels, Status.ONAY)
        found = await found_by(connection, hall.keyring, link.reach)
    if wrong.code == _OVER and found is not None and _is_approved(found, channels):
        return Left.AS_IT_WAS
    raise RefusalError(wrong)


def _is_approved(found: Found, channels: Collection[Channel]) -> bool:
    """Does all that there is stand approved by these channels?"""
    approved, refused = (set(found.channels_at(each)) for each in (Status.ONAY, Status.RET))
    return not approved.isdisjoint(channels) and refused.isdisjoint(channels)


def _name_of(brand: Brand, to: Address) -> str:
    """A brand's name, as there is room for it."""
    is_mail = to.kind is AddressKind.EMAIL
    return brand.name if is_mail else in_plain_letters(brand.name)[:_BRAND_MAX]


async def _looked_at(hall: Hall, visit: Visit, connection: Connection) -> PersonalLink | None:
    return await look_at(
        connection, hall.keyring, visit.path["link"], network=visit.client, now=visit.now
    )


async def _held(hall: Hall, visit: Visit, connection: Connection) -> PersonalLink | None:
    return await hold(
        connection, hall.keyring, visit.path["link"], network=visit.client, now=visit.now
    )


async def _change(
    hall: Hall, connection: Connection, link: PersonalLink, channels: list[Channel], to: Status
) -> Act | Left | None:
    found = await found_by(connection, hall.keyring, link.reach)
    if found is None:
        return None
    return await change_keys(_call(hall, connection, link), wishes_of(found, channels, to))


def _call(hall: Hall, connection: Connection, link: PersonalLink) -> Call:
    return Call(
        connection=connection,
        keyring=hall.keyring,
        recorder=hall.recorder,
        address=link.reach.address,
        source=link.source,
    )


def wishes_of(found: Found, channels: Collection[Channel], to: Status) -> dict[ConsentKey, Status]:
    """What is to become of what a link reaches by these channels."""
    return {each.key: to for each in found.records if each.key.channel in channels}


async def _changed(hall: Hall, visit: Visit, connection: Connection) -> Changed | None:
    """What was changed a moment ago, if she comes from there."""
    receipt = number.read(visit.note_of)
    at = None if receipt is None else await check(connection, hall.keyring, receipt)
    return None if receipt is None or at is None else Changed(receipt, at)


def _bound(visit: Visit, channels: list[Channel]) -> bytes:
    """A code for one link and some channels is none for others."""
    return " ".join(("link", visit.path["link"], *channels)).encode()


def _half(visit: Visit) -> tuple[UUID, list[Channel]] | None:
    """What was begun here: by which code, for which channels."""
    proof_id, *channels = (flow.begun(visit) or "").split(".")
    try:
        return UUID(proof_id), [Channel(each) for each in channels]
    except ValueError:
        return None


_ONE = PATH + "{link}"

ROWS = (
    Row(path=_ONE, shows=show),
    Row(path=_ONE, shows=show, does=refuse),
    Row(path=f"{_ONE}/undo", shows=show_undo),
    Row(path=f"{_ONE}/undo", shows=show_undo, does=send_code),
    Row(path=f"{_ONE}/code", shows=show_code),
    Row(path=f"{_ONE}/code", shows=show_code, does=approve),
)
ONE_CLICKS = {_ONE: refuse_by_one_click}
"""Where a mail program may refuse without having seen a page."""
