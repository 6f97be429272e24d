"""What she answered by a code or a link, in the words that she was sent, and taking it back.

Source  Law 6698 art. 11; KVKK 2025/1072
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from izin.core.codes import BrandCode
from izin.core.terms import RecipientType, Source, Status
from izin.i18n.catalogue import Language
from izin.provider import lookup as providers
from izin.storage.database import Connection
from izin.via.evidence import Kept, evidence_hash, messages, opening, proven
from izin.via.hers import answered, may_be_taken_back, take_back
from izin.via.model import FormKind, Title
from izin.via.request import Body, Detail, Person, Request
from izin.viapass.hers import Verified, verified
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown
from izin.web.shared.words import say

ANSWERS = "/answers"
_SHOWN_DIGITS = 2


class Opened(NamedTuple):
    """What proves her answer to one title, and the hash that it has; none of a link of old."""

    title: Title
    hash: str
    salt: str
    canonical: str


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One request that she answered. It prints nothing.

    by                 whether a code or a link was what she answered by
    company, brands    what they were called then; of an answer of old the company as it is now
    receipts           their numbers, by what each is of
    messages           what she was sent, in its order
    evidence           what proves it, so that she can check it herself
    person             what the company said of her
    """

    request_id: UUID
    company: str
    brands: dict[BrandCode, str]
    form: str
    at: datetime
    by: FormKind
    source: Source
    recipient_type: RecipientType | None
    details: tuple[Detail, ...]
    receipts: dict[str, str]
    messages: tuple[Kept, ...]
    evidence: tuple[Opened, ...]
    person: Person | None
    may_be_taken_back: bool

    def __repr__(self) -> str:
        """Leave out what she was sent."""
        return f"Answered({self.request_id})"

    def receipts_for(self, detail: Detail) -> str:
        """The numbers of the receipts of one answer, and of its having been taken back."""
        is_back = detail.title is Title.KVK and detail.status is Status.RET
        names = (detail.title.value, "back") if is_back else (detail.title.value,)
        return ", ".join(self.receipts[each] for each in names if each in self.receipts)

    def brand(self, detail: Detail) -> str:
        """What the brand of an answer was called; its code where nobody knows any more."""
        code = detail.brand_code
        return "" if code is None else self.brands.get(code, str(code))


async def answers_of(hall: Hall, visit: Visit, connection: Connection) -> list[Answered]:
    """Give all that she answered with the address that is shown. Cost: as `answered`, and one."""
    assert visit.who is not None, "the table asks for somebody"
    who = visit.who
    found = await answered(connection, hall.keyring, who.address, who.shown.since)
    codes = list({each.iys_code for each in found})
    titles = await providers.titles(connection, codes) if found else {}
    return [_answered(each, titles.get(each.iys_code, "")) for each in found]


class Confirmed(NamedTuple):
    """A verification that she answered, and what the company is called."""

    company: str
    what: Verified


async def verifications_of(hall: Hall, visit: Visit, connection: Connection) -> list[Confirmed]:
    """Give what she confirmed or denied with that address. Cost: as `verified`, and one."""
    assert visit.who is not None, "the table asks for somebody"
    who = visit.who
    found = await verified(connection, hall.keyring, who.address, who.shown.since)
    codes = list({each.iys_code for each in found})
    titles = await providers.titles(connection, codes) if found else {}
    return [Confirmed(titles.get(each.iys_code, ""), each) for each in found]


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show all of it."""
    async with hall.database.connection() as connection:
        values = {
            "answers": await answers_of(hall, visit, connection),
            "verifications": await verifications_of(hall, visit, connection),
            "receipt": visit.note_of,
        }
    return Shown("answers.html", values)


async def do_take_back(hall: Hall, visit: Visit) -> Outcome:
    """Take her word on personal data back; what the company said of her is erased with it."""
    assert visit.who is not None, "the table asks for somebody"
    try:
        request_id = UUID(visit.path["request"])
    except ValueError:
        raise NotThereError from None
    hers = (visit.who.address, visit.who.shown.since)
    async with hall.database.transaction() as connection:
        receipt = await take_back(
            connection, hall.keyring, hers, request_id, pages=hall.origin, now=visit.now
        )
    if receipt is None:
        return Gone(ANSWERS).saying("nothing_to_take_back")
    return Gone(ANSWERS).saying("word_taken_back", of=receipt)


def exported(given: Answered) -> dict[str, object]:
    """Give one for programs."""
    person = given.person
    return {
        "request": given.request_id,
        "company": given.company,
        "form": given.form,
        "source": given.source,
        "receipts": given.receipts,
        "answers": [
            {
                "title": each.title,
                "type": each.kind,
                "brand": given.brand(each),
                "brandCode": each.brand_code,
                "status": each.status,
                "at": each.at,
                "transactionId": each.transaction_id,
            }
            for each in lines_of(given.details)
        ],
        "messages": [
            {
                "text": each.words,
                "version": each.version,
                "subject": None if each.text is None else each.text.subject,
                "body": None if each.text is None else each.text.body,
                "sentAt": None if each.sent is None else each.sent.sent_at,
            }
            for each in given.messages
        ],
        "evidence": [
            {
                "title": each.title,
                "evidenceHash": each.hash,
                "salt": each.salt,
                "canonical": each.canonical,
            }
            for each in given.evidence
        ],
        "said": None
        if person is None
        else {
            "name": person.name,
            "idNumber": masked(person.id_number),
            "address": person.address,
        },
    }


def exported_verification(given: Confirmed) -> dict[str, object]:
    """Give one for programs."""
    what = given.what
    return {
        "request": what.request_id,
        "company": given.company,
        "kind": what.kind,
        "state": what.state,
        "at": what.at,
        "receipt": what.receipt or None,
    }


def said_of(person: Person | None, language: Language) -> str:
    """What the company said of her, on one line; nothing where it said nothing."""
    if person is None:
        return ""
    number = f"{say('citizen.tckn', language)}: {person.id_number}" if person.id_number else ""
    return ", ".join(each for each in (person.name, number, person.address) if each)


def receipts_of(body: Body) -> dict[str, str]:
    """Give the numbers of a request's receipts, by what each is of; one of old has none."""
    found = {title.value: number for title, number in body.receipts.items()}
    return found | ({"back": body.back} if body.back else {})


def lines_of(details: Sequence[Detail]) -> Iterator[Detail]:
    """What was answered."""
    return (each for each in details if each.status is not None)


def masked(id_number: str) -> str:
    """Show the end alone: whoever has the address need not be whom the company meant."""
    return "•" * (len(id_number) - _SHOWN_DIGITS) + id_number[-_SHOWN_DIGITS:] if id_number else ""


def _answered(request: Request, title: str) -> Answered:
    body, found = request.body, proven(request.body)
    every = dict.fromkeys(kept for each in found.values() for kept in messages(each))
    company = next((each.company for each in found.values() if each.company), title)
    return Answered(
        request_id=request.request_id,
        company=company,
        brands={code: name for each in found.values() for code, name in each.brands},
        form=f"{request.form_id}/{request.form_version}",
        at=min(each.proof.given_at for each in found.values()),
        by=body.asked.verification.form_kind,
        source=body.source,
        recipient_type=None if body.asked.etk is None else body.asked.etk.recipient_type,
        details=tuple(lines_of(body.details)),
        receipts=receipts_of(body),
        messages=tuple(every),
        evidence=tuple(_opened(request, found)),
        person=None
        if request.person is None
        else msgspec.structs.replace(request.person, id_number=masked(request.person.id_number)),
        may_be_taken_back=may_be_taken_back(request),
    )


def _opened(request: Request, titles: Iterable[Title]) -> Iterator[Opened]:
    for title in titles:
        known = opening(request.request_id, request.body, title)
        if known is not None:
            yield Opened(title, evidence_hash(request.request_id, request.body, title), *known)


ROWS = (
    Row(path=ANSWERS, shows=show, asks=True),
    Row(path=f"{ANSWERS}/{{request}}/take-back", shows=show, does=do_take_back, asks=True),
)
