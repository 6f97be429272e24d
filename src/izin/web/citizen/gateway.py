"""A citizen goes to e-Devlet and comes back; her number is asked for on a page of its own."""

from urllib.parse import parse_qs, urlsplit

from izin.citizen.arrive import UNDER_WAY, Arrivals
from izin.citizen.bond import is_bindable
from izin.citizen.model import Citizen
from izin.citizen.seat import WHOLE
from izin.i18n.catalogue import message
from izin.proof.model import Budget
from izin.proof.send import spend
from izin.web.citizen import flow
from izin.web.citizen.door import SIGN_IN, notice_before, sign_in_before
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.citizen.sign_in import ask, known_of, wanted_in
from izin.web.shared.visit import HALF, Cookie, Gone, NotThereError, Outcome, Shown, noted
from izin.web.shared.words import say

_AN_HOUR = Budget("gateway_hour", 1_000, 3600)
GO, BACK = "/e-devlet", "/e-devlet/back"
ACCOUNT, TCKN = "/account", "/account/tckn"
BIND, UNBIND = "/account/bind", "/account/unbind"
_ANSWER = {"state": 200, "code": 2048, "iss": 500, "error": 200}
"""What a browser brings back, and how long each may be."""


async def go(hall: Hall, visit: Visit) -> Outcome:
    """Send the browser there."""
    arrivals = _arrivals(hall)
    await _count(hall, visit)
    text, url = await arrivals.begin(now=visit.now, wanted=wanted_in(visit))
    return Gone(url, (_half(text, url),))


async def come_back(hall: Hall, visit: Visit) -> Outcome:
    """Take in who is back.

    The browser comes from another site, and what it is told here goes with the next click alone: so
    a page of ours stands between, and leads on by itself.
    """
    arrivals = _arrivals(hall)
    values = visit.query.values
    way = flow.name_of(values.get("state", ""))
    answer = {name: values[name][:most] for name, most in _ANSWER.items() if name in values}
    read = known_of(visit)["read"]
    arrived = await arrivals.finish(visit.halves.get(way), answer, now=visit.now, read=read)
    if arrived is None:
        return _not_in(say("citizen.gateway_lost", visit.language), SIGN_IN)
    if (refused := arrived.refused) is not None:
        problem = f"{message(refused, visit.language)} ({refused.code})"
        return _not_in(problem, sign_in_before(arrived.wanted), _over(way))
    if arrived.text is None:
        note = noted("tckn_kept" if arrived.has_tckn else "tckn_not_given", ACCOUNT)
        values_ = {"problem": "", "to": ACCOUNT}
        return Shown("gateway_back.html", values_, cookies=(_over(way), note))
    session = Cookie("session", arrived.text, int(WHOLE.total_seconds()))
    cookies = (session, _over(way))
    if arrived.bond is not None:
        note = noted(f"gateway_{arrived.bond}", ACCOUNT)
        return Shown("gateway_back.html", {"problem": "", "to": ACCOUNT}, cookies=(*cookies, note))
    values_ = {"problem": "", "to": notice_before(arrived.wanted)}
    return Shown("gateway_back.html", values_, cookies=cookies)


async def ask_bind(hall: Hall, visit: Visit) -> Outcome:
    """Show what would be bound, and what would not."""
    _arrivals(hall)
    assert visit.who is not None, "the table asks for somebody"
    who = visit.who
    if is_bound(who):
        return Gone(ACCOUNT)
    taken = [each.address.masked for each in who.opened if is_bindable(each)]
    left = [each.address.masked for each in who.opened if not is_bindable(each)]
    left += [each.address.masked for each in who.closed]
    return Shown("bind.html", {"taken": taken, "left": left})


async def go_to_bind(hall: Hall, visit: Visit) -> Outcome:
    """Send the browser there, to have what this session has shown bound to who she is."""
    arrivals = _arrivals(hall)
    assert visit.who is not None, "the table asks for somebody"
    if is_bound(visit.who):
        return Gone(ACCOUNT)
    await _count(hall, visit)
    text, url = await arrivals.begin_to_bind(visit.who, now=visit.now, wanted=ACCOUNT)
    return Gone(url, (_half(text, url),))


async def ask_unbind(hall: Hall, visit: Visit) -> Outcome:
    """Say what is forgotten, and how she comes to her addresses then."""
    _arrivals(hall)
    assert visit.who is not None, "the table asks for somebody"
    return Shown("unbind.html") if visit.who.by_gateway else Gone(ACCOUNT)


async def unbind(hall: Hall, visit: Visit) -> Outcome:
    """Forget who she is there; whoever has nothing opened any more is nobody again."""
    assert visit.who is not None, "the table asks for somebody"
    if not visit.who.by_gateway:
        return Gone(ACCOUNT)
    await _arrivals(hall).unbind(visit.who)
    if await hall.citizens.known(visit.session, now=visit.now) is None:
        return Gone("/", (Cookie("session", "", 0),)).saying("gateway_unbound")
    return Gone(ACCOUNT).saying("gateway_unbound")


async def ask_tckn(hall: Hall, visit: Visit) -> Outcome:
    """Ask whether her number may be kept; nothing else."""
    _arrivals(hall)
    assert visit.who is not None, "the table asks for somebody"
    return Shown("tckn.html") if visit.who.by_gateway else Gone(ACCOUNT)


async def go_for_tckn(hall: Hall, visit: Visit) -> Outcome:
    """She has said so: send the browser to the gateway, which asks her once more."""
    arrivals = _arrivals(hall)
    assert visit.who is not None, "the table asks for somebody"
    if not visit.who.by_gateway:
        return Gone(ACCOUNT)
    visit.form.ticked("sure", required=True)
    visit.form.check()
    await _count(hall, visit)
    text, url = await arrivals.begin_for_tckn(visit.who, now=visit.now, wanted=ACCOUNT)
    return Gone(url, (_half(text, url),))


async def forget_tckn(hall: Hall, visit: Visit) -> Outcome:
    """She takes it back, and it is gone."""
    assert visit.who is not None, "the table asks for somebody"
    if visit.who.by_gateway:
        await _arrivals(hall).forget_tckn(visit.who)
    return Gone(ACCOUNT).saying("tckn_forgotten")


def is_bound(who: Citizen) -> bool:
    """Is what is kept of her bound to somebody whom the gateway names?"""
    return who.account is not None and who.account.gateway_tag is not None


def _not_in(problem: str, to: str, *cookies: Cookie) -> Shown:
    """Say why; whoever is there already is led on from the page of the sign-in."""
    return Shown("gateway_back.html", {"problem": problem, "to": to}, cookies=cookies)


def _arrivals(hall: Hall) -> Arrivals:
    if hall.arrivals is None:
        raise NotThereError
    return hall.arrivals


async def _count(hall: Hall, visit: Visit) -> None:
    """Each way there is a call of ours, without a message: a network has many. Raises IZ158."""
    async with hall.database.transaction() as connection:
        network = hall.keyring.proofs.network_tag(f"gateway {visit.client}")
        await spend(connection, [(_AN_HOUR, network)], "IZ158")


def _half(text: str, url: str) -> Cookie:
    """What this browser comes back with, under the name of what the gateway gives back."""
    [state] = parse_qs(urlsplit(url).query)["state"]
    lasts_s = int(UNDER_WAY.total_seconds())
    return Cookie(HALF + flow.name_of(state), text, lasts_s, comes_from_elsewhere=True)


def _over(way: str) -> Cookie:
    return Cookie(HALF + way, "", 0, comes_from_elsewhere=True)


ROWS = (
    Row(path=GO, shows=ask),
    Row(path=GO, shows=ask, does=go),
    Row(path=BACK, shows=come_back),
    Row(path=BIND, shows=ask_bind, asks=True),
    Row(path=BIND, shows=ask_bind, does=go_to_bind, asks=True),
    Row(path=UNBIND, shows=ask_unbind, asks=True, is_bare=True),
    Row(path=UNBIND, shows=ask_unbind, does=unbind, asks=True, is_bare=True),
    Row(path=TCKN, shows=ask_tckn, asks=True, is_bare=True),
    Row(path=TCKN, shows=ask_tckn, does=go_for_tckn, asks=True, is_bare=True),
    Row(path=f"{TCKN}/forget", shows=ask_tckn, does=forget_tckn, asks=True, is_bare=True),
)
