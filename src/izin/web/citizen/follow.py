"""A link of ViA PASS: a company asks whether an address is hers. No consent comes of it."""

from typing import Any

from izin.core.errors import RefusalError
from izin.core.linkname import read
from izin.proof.model import NETWORK
from izin.proof.send import spend
from izin.provider import lookup as providers
from izin.viapass import lookup
from izin.viapass.complete import follow
from izin.viapass.model import Request, State
from izin.viapass.rules import over
from izin.viapass.seal import opened
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Ask her, or say what has become of it."""
    link = read(visit.path["link"])
    if link is None:
        raise await _not_there(hall, visit)
    async with hall.database.connection() as connection:
        request = await lookup.request_at(connection, hall.keyring, link)
        if request is None:
            raise await _not_there(hall, visit)
        titles = await providers.titles(connection, [request.iys_code])
    asked, _ = await opened(hall.keyring, request)
    values = {
        "link": link,
        "company": titles.get(request.iys_code, ""),
        "whose": asked.to.masked,
        "key": _key(request, visit),
        "until": request.good_until,
        "ended": request.ended_at,
        "receipt": visit.note_of,
    }
    return Shown("follow.html", values)


def _key(request: Request, visit: Visit) -> str:
    if request.state is not State.STARTED:
        return request.state.value.lower()
    return "ask" if over(request, visit.now) is None else "late"


async def do_follow(hall: Hall, visit: Visit) -> Outcome:
    """Take her word: it is hers, or she asked for nothing. Both are one click."""
    to = visit.form.choice("answer", State)
    if to is State.STARTED:
        visit.form.refuse("answer", "fault.choice")
    visit.form.check()
    assert to is not None, "checked"
    link = read(visit.path["link"])
    if link is None:
        raise await _not_there(hall, visit)
    known: dict[str, Any] = {"network": visit.client, "now": visit.now}
    found = await follow(hall.database, hall.keyring, link, to, **known)
    if isinstance(found, str):
        return Gone(f"/o/{link}").saying("answer_kept", of=found)
    if found.code == "IZ144":
        raise await _not_there(hall, visit)
    raise RefusalError(found)


async def _not_there(hall: Hall, visit: Visit) -> NotThereError:
    """Count who asks for links that are none; whoever tries many waits."""
    async with hall.database.transaction() as connection:
        network = hall.keyring.proofs.network_tag(f"link {visit.client}")
        await spend(connection, [(each, network) for each in NETWORK], "IZ158")
    return NotThereError()


ROWS = (
    Row(path="/o/{link}", shows=show),
    Row(path="/o/{link}", shows=show, does=do_follow),
)
