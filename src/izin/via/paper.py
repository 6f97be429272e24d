"""The record of a request that was answered: the contract's fields, as PDF.

What she was sent, and what everybody was called, is quoted from what was kept with her answer. Of
an answer from before that, texts are named by their version alone, and names are today's.

Source  contract, VİA İşlem Dosyası İndirme
"""

from collections.abc import Iterable, Mapping, Sequence

from izin.brand.model import Brand
from izin.core.clock import wire_time
from izin.core.codes import BrandCode
from izin.i18n.papers import papers
from izin.paper.record import record_pdf
from izin.via.evidence import Kept, evidence_hash, messages, proven
from izin.via.model import FormKind, Title
from izin.via.request import Body, Detail, Given, Request
from izin.via.told import HIDDEN
from izin.via.words import granted

_NONE = "–"


def facts_of(request: Request, today: tuple[str, Sequence[Brand]], *, pages: str) -> dict[str, str]:
    """What stands in it. A code is shown by its hash alone. Something of the request is answered.

    Takes   today: what the company is called now, and the brands that it asked for
    """
    body, person, found = request.body, request.person, proven(request.body)
    asked, given = body.asked, granted(body.asked, body.details)
    etk = asked.etk
    company, names = _names(found.values(), today)
    to = given.etk.brands if given.etk else ()
    is_link = asked.verification.form_kind is not FormKind.OTP
    codes = [
        f"{title}: {_grouped(code)}"
        for title, each in found.items()
        if (code := each.proof.codes.get(title)) is not None
    ]
    url = f"{pages}/v/{HIDDEN}" if is_link else ""
    is_approval = asked.verification.form_kind is FormKind.APPROVALURL
    return {
        "request": str(request.request_id),
        "ended": _ended(found),
        "company": company,
        "recipient": body.address,
        "recipient_ip": _each(each.proof.network for each in found.values()),
        "user": body.asked_by if body.frame is None else f"{body.asked_by} ({body.frame.domain})",
        "code": _link(url, found) if is_link else ", ".join(codes),
        "approval_link": url if is_approval else _NONE,
        "kind": asked.verification.value,
        "form": f"{request.form_id}/{request.form_version} ({_grouped(body.digest)})",
        "iys_code": str(request.iys_code),
        "etk_types": ", ".join(given.etk.channels if given.etk else ()) or _NONE,
        "kvk_types": ", ".join(given.kvk) or _NONE,
        "recipient_type": etk.recipient_type.value if etk else _NONE,
        "name": (person.name if person else "") or _NONE,
        "id_number": (person.id_number if person else "") or _NONE,
        "address": (person.address if person else "") or _NONE,
        "status": ", ".join(map(_said, body.details)),
        "brands": ", ".join(map(str, to)) or _NONE,
        "brand_names": ", ".join(names.get(code, _NONE) for code in to) or _NONE,
        "message": "\n".join(
            dict.fromkeys(_quoted(kept) for each in found.values() for kept in messages(each))
        ),
        "transactions": "\n".join(
            f"{_named(each)}: {_spaced(each.transaction_id)}" for each in _moved(body)
        )
        or _NONE,
        "evidence": "\n".join(
            f"{title}: {_spaced(evidence_hash(request.request_id, body, title))}" for title in found
        ),
    }


def marks_of(request: Request) -> tuple[str, ...]:
    """What binds the paper to its movements, for programs: hashes, whole, beside its text."""
    body = request.body
    hashes = {title: evidence_hash(request.request_id, body, title) for title in proven(body)}
    return (
        *(f"evidence {title} {each}" for title, each in hashes.items()),
        *(f"transaction {each.transaction_id}" for each in _moved(body)),
    )


def _moved(body: Body) -> list[Detail]:
    return [each for each in body.details if each.transaction_id]


def _names(
    found: Iterable[Given], today: tuple[str, Sequence[Brand]]
) -> tuple[str, Mapping[BrandCode, str]]:
    """What everybody was called when she answered."""
    company, names = "", dict[BrandCode, str]()
    for each in found:
        company, names = each.company or company, names | dict(each.brands)
    return company or today[0], {each.brand_code: each.name for each in today[1]} | names


def _ended(found: Mapping[Title, Given]) -> str:
    """When she answered: once for all, or each by itself."""
    at = {title: wire_time(each.proof.given_at) for title, each in found.items()}
    if len(set(at.values())) == 1:
        return next(iter(at.values()))
    return ", ".join(f"{title}: {each}" for title, each in at.items())


def _each(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(each for each in values if each)) or _NONE


def _quoted(kept: Kept) -> str:
    if kept.text is None:
        return f"{kept.words}, {kept.version}"
    subject = f"{kept.text.subject}\n" if kept.text.subject else ""
    return f"{subject}{kept.text.body.strip()}"


def _grouped(digest: bytes) -> str:
    """Write it so that a line may break in it."""
    return digest.hex(" ", 8)


def _link(url: str, found: Mapping[Title, Given]) -> str:
    """Name a link by its hash alone; of one of old no hash was kept."""
    hashes = {each for of in found.values() for each in of.proof.codes.values()}
    return " ".join((url, *(f"(SHA-256 {_grouped(each)})" for each in hashes)))


def _spaced(digest: str) -> str:
    return _grouped(bytes.fromhex(digest))


def _named(detail: Detail) -> str:
    return detail.kind if detail.title is Title.KVK else f"{detail.brand_code} {detail.kind}"


def _said(detail: Detail) -> str:
    return f"{_named(detail)}: {detail.status.value if detail.status else _NONE}"


def pdf_of(facts: Mapping[str, str], marks: Sequence[str]) -> bytes:
    """Give the record. Cost: some 100 ms of a core."""
    words = papers()["via"]
    rows = [(words[name], value) for name, value in facts.items()]
    return record_pdf(words["title"], rows, words["foot"], marks=marks)
