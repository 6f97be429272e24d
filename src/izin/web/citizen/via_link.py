"""The page behind a company's link: what is asked, apart, with nothing chosen before.

Source  slides, İYS Yolu; Reg. 7/8; KVKK 2025/1072; security T29
"""

from collections.abc import Mapping, Sequence
from typing import Any

from izin.brand import lookup as brands
from izin.brand.model import Brand
from izin.consent.event import Actor
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError
from izin.core.terms import Status
from izin.proof.model import NETWORK
from izin.proof.send import spend
from izin.provider import lookup as providers
from izin.storage.database import Connection
from izin.via import lookup
from izin.via.end import is_overtaken
from izin.via.link import answer, answer_overtaken, behind
from izin.via.model import Title
from izin.via.record import Answering
from izin.via.request import Detail, Request
from izin.via.rules import Step
from izin.via.start import LINKS, page_of
from izin.web.citizen.answers import receipts_of
from izin.web.citizen.notices import kvk_texts_of, texts_of
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Ask her, or say what has become of it."""
    async with hall.database.connection() as connection:
        request = await behind(connection, hall.keyring, visit.path["link"])
        if request is None:
            raise await _not_there(hall, visit)
        form = await lookup.one(connection, request.form_id, request.form_version)
        assert form is not None, "a request names a version that there is"
        company, known = await _parties(connection, request)
    step = request.stands.at(visit.now)
    body = request.body
    key = {Step.LINK: "ask", Step.DONE: "done", Step.REFUSED: "refused"}.get(step, "over")
    if step is Step.DONE and any(each.status is None for each in body.details):
        key = "refused"
    details = [
        {"place": place, "detail": each, "brand": known.get(each.brand_code or BrandCode(0))}
        for place, each in enumerate(body.details)
    ]
    values = {
        "link": visit.path["link"],
        "company": company,
        "whose": body.to.masked,
        "key": "before" if key == "done" and visit.problems else key,
        "until": request.stands.due_at,
        "answered_at": request.ended_at,
        "texts": page_of(request.form_id, request.form_version, body.asked),
        "details": details,
        "receipts": receipts_of(body),
        "blocks": _blocks((kvk_texts_of if body.asked.etk is None else texts_of)(form), details),
    }
    return Shown("via_link.html", values)


async def do_answer(hall: Hall, visit: Visit) -> Outcome:
    """Take her answer to each thing that is asked: yes and no are one click each."""
    link = visit.path["link"]
    on = Answering(hall.keyring, hall.recorder, Actor.CITIZEN, hall.origin)
    came = (visit.client, visit.now)
    given: dict[int, Status] = {}
    try:
        async with hall.database.transaction() as connection:
            request = await behind(connection, hall.keyring, link)
            if request is not None:
                given = _given(visit, request)
                await answer(connection, on, link, given, came)
    except RefusalError as error:
        if is_overtaken(error):  # past the transaction, of which nothing stays
            async with hall.database.transaction() as connection:
                await answer_overtaken(connection, on, link, given, came)
        raise
    if request is None:
        raise await _not_there(hall, visit)
    return Gone(f"{LINKS}/{link}")


def _given(visit: Visit, request: Request) -> dict[int, Status]:
    """Read an answer to each thing that is asked. Raises RefusalError where one is missing."""
    places = range(len(request.body.details))
    said = [visit.form.values.get(f"answer{place}", "") for place in places]
    if any(each not in set(Status) for each in said):
        visit.form.refuse("answers", "fault.answers")
    visit.form.check()
    return dict(enumerate(map(Status, said)))


def _blocks(
    texts: Sequence[tuple[str, object]], details: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Each text with what is asked under it; the notice asks for nothing."""
    found = []
    for key, words in texts:
        asked = [each for each in details if _key_of(each["detail"]) == key]
        if asked or key == "texts":
            found.append({"key": key, "words": words, "asked": asked})
    return found


def _key_of(detail: Detail) -> str:
    return "etk" if detail.title is Title.ETK else detail.kind.lower()


async def _parties(connection: Connection, request: Request) -> tuple[str, dict[BrandCode, Brand]]:
    etk = request.body.asked.etk
    codes = () if etk is None else etk.brands
    known = {each.brand_code: each for each in await brands.some(connection, codes)}
    titles = await providers.titles(connection, [request.iys_code])
    return titles.get(request.iys_code, ""), known


async def _not_there(hall: Hall, visit: Visit) -> NotThereError:
    """Count who asks for links that are none; whoever tries many waits."""
    async with hall.database.transaction() as connection:
        network = hall.keyring.proofs.network_tag(f"via link {visit.client}")
        await spend(connection, [(each, network) for each in NETWORK], "IZ158")
    return NotThereError()


_ONE = f"{LINKS}/{{link}}"

ROWS = (Row(path=_ONE, shows=show), Row(path=_ONE, shows=show, does=do_answer))
