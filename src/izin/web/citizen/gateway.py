"""A citizen goes to e-Devlet and comes back; her number is asked for on a page of its own."""

from urllib.parse import parse_qs, urlsplit

from izin.citizen.arrive import UNDER_WAY, Arrivals
from izin.citizen.seat import WHOLE
from izin.core.errors import RefusalError
from izin.i18n.catalogue import message
from izin.proof.model import Budget
from izin.proof.send import spend
from izin.web.citizen import flow
from izin.web.citizen.door import SIGN_IN, notice_before
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.citizen.sign_in import ask, known_of, wanted_in
from izin.web.shared.visit import HALF, Cookie, Gone, NotThereError, Outcome, Shown, noted
from izin.web.shared.words import say

_AN_HOUR = Budget("gateway_hour", 1_000, 3600)
GO, BACK = "/e-devlet", "/e-devlet/back"
ACCOUNT, TCKN = "/account", "/account/tckn"
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
    try:
        arrived = await arrivals.finish(visit.halves.get(way), answer, now=visit.now, read=read)
    except RefusalError as error:
        [refused] = error.refused
        problem = f"{message(refused, visit.language)} ({refused.code})"
        return _not_in(problem, _over(way))
    if arrived is None:
        return _not_in(say("citizen.gateway_lost", visit.language))
    if arrived.text is None:
        note = noted("tckn_kept" if arrived.has_tckn else "tckn_not_given", ACCOUNT)
        values_ = {"problem": "", "to": ACCOUNT}
        return Shown("gateway_back.html", values_, cookies=(_over(way), note))
    session = Cookie("session", arrived.text, int(WHOLE.total_seconds()))
    values_ = {"problem": "", "to": notice_before(arrived.wanted)}
    return Shown("gateway_back.html", values_, cookies=(session, _over(way)))


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
    text, url = await arrivals.begin_for_tckn(visit.who, now=visit.now)
    return Gone(url, (_half(text, url),))


async def forget_tckn(hall: Hall, visit: Visit) -> Outcome:
    """She takes it back, and it is gone."""
    assert visit.who is not None, "the table asks for somebody"
    if visit.who.by_gateway:
        await _arrivals(hall).forget_tckn(visit.who)
    return Gone(ACCOUNT).saying("tckn_forgotten")


def _not_in(problem: str, *cookies: Cookie) -> Shown:
    return Shown("gateway_back.html", {"problem": problem, "to": SIGN_IN}, cookies=cookies)


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
    Row(path=TCKN, shows=ask_tckn, asks=True, is_bare=True),
    Row(path=TCKN, shows=ask_tckn, does=go_for_tckn, asks=True, is_bare=True),
    Row(path=f"{TCKN}/forget", shows=ask_tckn, does=forget_tckn, asks=True, is_bare=True),
)
