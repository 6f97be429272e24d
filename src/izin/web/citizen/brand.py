"""A brand's own address, as it stands on posters: who shows her address sees and refuses there.

The address is the brand's short name for 3338, in any spelling; no page of ours can be one.
"""

from typing import NamedTuple

from izin.brand import lookup as brands
from izin.brand.model import Brand, Naming
from izin.brand.name import page_of, short_key_of
from izin.citizen.change import Left, change_keys
from izin.citizen.hers import hers
from izin.citizen.model import Citizen
from izin.core.address import REACHED_BY
from izin.core.errors import RefusalError
from izin.core.terms import RecipientType, Status
from izin.link.model import Found, Reach, Reached
from izin.link.reach import found_by
from izin.provider import lookup as providers
from izin.shortcode.brands import near_to
from izin.storage.database import Connection
from izin.web.citizen import flow
from izin.web.citizen.fixed_line import instead_of_a_code
from izin.web.citizen.just_done import just_done, noted
from izin.web.citizen.link import Changed, refused_before, shown_of, wishes_of
from izin.web.citizen.poster import png_of, svg_of
from izin.web.citizen.reading import CODE_MAX, address_in
from izin.web.citizen.services import Hall, Row, Visit, call_of
from izin.web.citizen.sign_in import known_of, session_cookie
from izin.web.shared.visit import Gone, NotThereError, Outcome, Sent, Shown

_ALL = "ALL"


class _Named(NamedTuple):
    """The brand that a page is of, its company's title, and the page's path."""

    brand: Brand
    company: str
    at: str


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show the brand; to whoever has shown her address, what stands there under it."""
    async with hall.database.connection() as connection:
        named = await _named(connection, visit)
        if named is None:
            return await _near(connection, visit)
        values = {"brand": named.brand, "company": named.company, "at": named.at}
        who = _who(visit)
        if who is None:
            return Shown("brand.html", values)
        found = await found_by(connection, hall.keyring, _reach(named.brand, who))
        if found is None:
            raise NotThereError
        own_records = await _own(hall, connection, found, who)
        just = await just_done(hall, visit, connection)
        own = Found(found.brand, found.company, own_records)
        earlier = await refused_before(call_of(hall, visit, connection), own)
    act = just.act
    changed = None if act is None else Changed(act.receipt, act.at)
    values |= {
        **shown_of(hall, own, changed, visit.language),
        "whose": who.address.masked,
        "is_told": True,
    }
    values |= {"earlier": earlier, "reached": REACHED_BY[who.address.kind], "is_of_all": True}
    values |= {"act": act, "may_be_undone": act is not None and act.may_be_undone(visit.now)}
    if who.must_answer:  # it may be somebody's who had the number before: refused is all the same
        left = [each for each in REACHED_BY[who.address.kind] if each not in just.chosen]
        values |= {"asked": left, "refused": just.refused, "is_told": False}
    return Shown("brand_known.html", values)


async def send_code(hall: Hall, visit: Visit) -> Outcome:
    """Send a code to the address that she types."""
    brand, _, at = await _there(hall, visit)
    address = address_in(visit.form, is_sandbox=hall.is_sandbox)
    visit.form.check()
    assert address is not None, "checked"
    told = instead_of_a_code(hall, address, at, brand=brand.brand_code)
    if told is not None:
        return told
    text = await hall.citizens.begin(
        address, language=visit.language, network=visit.client, now=visit.now
    )
    return flow.begin(f"{at}/code", text)


async def show_code(hall: Hall, visit: Visit) -> Outcome:
    """Ask for the code."""
    at = await _at(hall, visit)
    asked = await hall.citizens.asked(flow.begun(visit))
    if asked is None:
        return flow.lost(at)
    return Shown("brand_code.html", {"anew": at, "whose": asked.masked})


async def take_code(hall: Hall, visit: Visit) -> Outcome:
    """Take the code, and let her in."""
    at = await _at(hall, visit)
    half = flow.begun(visit)
    if half is None:
        return flow.lost(at)
    code = visit.form.text("code", CODE_MAX, required=True).replace(" ", "")
    visit.form.check()
    text = await hall.citizens.finish(half, code, **known_of(visit))
    if text is None:
        return flow.lost(at)
    return Gone(at, (session_cookie(text), flow.over(visit)))


async def refuse(hall: Hall, visit: Visit) -> Outcome:
    """Refuse: by one channel, or by all that lead to her address."""
    async with hall.database.transaction() as connection:
        named = await _named(connection, visit)
        if named is None:
            raise NotThereError
        who = _who(visit)
        if who is None:
            return Gone(named.at)
        found = await found_by(connection, hall.keyring, _reach(named.brand, who))
        if found is None:
            raise NotThereError
        wanted = visit.form.values.get("channel", "")
        reached = REACHED_BY[who.address.kind]
        channels = [each for each in reached if wanted in (_ALL, each.value)]
        call = call_of(hall, visit, connection)
        changed = await change_keys(call, wishes_of(found, channels, Status.RET))
    gone = Gone(named.at)
    if isinstance(changed, Left):  # what is left may be somebody else's
        word = "none_approved" if who.must_answer else changed.value
        return gone.saying(word, of=noted(channels))
    refused = [each for each in found.channels_at(Status.ONAY) if each in channels]
    return gone.saying("ret", of=noted(channels, refused, changed))


async def show_svg(hall: Hall, visit: Visit) -> Outcome:
    """Give the code that leads here, for a poster."""
    return Sent(svg_of(hall.origin + await _at(hall, visit)), "image/svg+xml")


async def show_png(hall: Hall, visit: Visit) -> Outcome:
    """Give it as a picture of dots."""
    return Sent(png_of(hall.origin + await _at(hall, visit)), "image/png")


def _who(visit: Visit) -> Citizen | None:
    """Whoever has shown an address; who came by the gateway may have none yet."""
    return visit.who if visit.who is not None and visit.who.opened else None


async def _own(
    hall: Hall, connection: Connection, found: Found, who: Citizen
) -> tuple[Reached, ...]:
    """Those that are hers; nothing before she has said since when the address is."""
    if who.must_answer:
        return ()
    return tuple(await hers(connection, hall.keyring, found.records, who.shown.since))


def _reach(brand: Brand, who: Citizen) -> Reach:
    return Reach(
        brand_code=brand.brand_code,
        address=who.address,
        channels=REACHED_BY[who.address.kind],
        recipient_types=tuple(RecipientType),
    )


async def _there(hall: Hall, visit: Visit) -> _Named:
    """The brand of the page. Raises NotThereError where there is no such brand."""
    async with hall.database.connection() as connection:
        named = await _named(connection, visit)
    if named is None:
        raise NotThereError
    return named


async def _at(hall: Hall, visit: Visit) -> str:
    """The page's path. Raises NotThereError where there is no such brand."""
    return (await _there(hall, visit)).at


async def _named(connection: Connection, visit: Visit) -> _Named | None:
    """Which brand's page is it? Raises NotThereError for what can be no short name."""
    name = visit.path["name"]
    rows = await brands.called(connection, [None], [_key(name)])
    found = [each.brand for each in rows if each.naming is Naming.SHORT_NAME]
    if not found:
        return None
    [brand] = found
    titles = await providers.titles(connection, [brand.iys_code])
    names = await brands.short_names(connection, [brand.brand_code])
    own = next(each for each in names[brand.brand_code] if short_key_of(each) == _key(name))
    return _Named(brand, titles.get(brand.iys_code, ""), page_of(own))


async def _near(connection: Connection, visit: Visit) -> Outcome:
    """Say that there is no such brand, and which may be meant: three at most, by public names."""
    near = await near_to(connection, _key(visit.path["name"]))
    names = await brands.short_names(connection, [each.brand_code for each in near])
    candidates = [
        (each.name, page_of(names[each.brand_code][0])) for each in near if each.brand_code in names
    ]
    return Shown("brand_unknown.html", {"candidates": candidates}, 404)


def _key(name: str) -> str:
    try:
        return short_key_of(name)
    except RefusalError:
        raise NotThereError from None


_ONE = "/{name}"

ROWS = (
    Row(path=_ONE, shows=show),
    Row(path=_ONE, shows=show, does=send_code),
    Row(path=f"{_ONE}/code", shows=show_code),
    Row(path=f"{_ONE}/code", shows=show_code, does=take_code),
    Row(path=f"{_ONE}/refuse", shows=show, does=refuse),
    Row(path=f"{_ONE}/qr.svg", shows=show_svg),
    Row(path=f"{_ONE}/qr.png", shows=show_png),
)
