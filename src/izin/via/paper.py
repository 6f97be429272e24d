"""The record of a request that was answered: the contract's fields, as PDF.

Source  contract, VİA İşlem Dosyası İndirme
"""

from collections.abc import Mapping, Sequence

from izin.brand.model import Brand
from izin.core.clock import wire_time
from izin.core.terms import Channel
from izin.i18n.letters import letter, texts
from izin.i18n.papers import papers
from izin.paper.record import record_pdf
from izin.via.model import Form, FormKind, Title
from izin.via.request import Detail, Request
from izin.via.words import granted, values

_HIDDEN = "•" * 8
_NONE = "–"


def facts_of(
    request: Request, form: Form, parties: tuple[str, Sequence[Brand]], *, pages: str
) -> dict[str, str]:
    """What stands in it. A code is shown by its hash alone. The request is answered."""
    body, proof, person = request.body, request.body.proof, request.person
    assert proof is not None, "it is answered"
    company, brands = parties
    asked, given = body.asked, granted(body.asked, body.details)
    etk = asked.etk
    to = [each for each in brands if given.etk and each.brand_code in given.etk.brands]
    is_link = asked.verification.form_kind is not FormKind.OTP
    codes = ", ".join(f"{title}: {_grouped(code)}" for title, code in proof.codes.items())
    url = f"{pages}/v/{body.link}" if is_link else ""
    is_approval = asked.verification.form_kind is FormKind.APPROVALURL
    return {
        "request": str(request.request_id),
        "ended": wire_time(proof.given_at),
        "company": company,
        "recipient": body.address,
        "recipient_ip": proof.network or _NONE,
        "user": body.asked_by if body.frame is None else f"{body.asked_by} ({body.frame.domain})",
        "code": url or codes,
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
        "brands": ", ".join(str(each.brand_code) for each in to) or _NONE,
        "brand_names": ", ".join(each.name for each in to) or _NONE,
        "message": _messages(request, form, parties, url or f"{pages}/n/{request.form_id}"),
    }


def _grouped(digest: bytes) -> str:
    """Write it so that a line may break in it."""
    return digest.hex(" ", 8)


def _said(detail: Detail) -> str:
    named = detail.kind if detail.title is Title.KVK else f"{detail.brand_code} {detail.kind}"
    return f"{named}: {detail.status.value if detail.status else _NONE}"


def _messages(request: Request, form: Form, parties: tuple[str, Sequence[Brand]], url: str) -> str:
    """What she was sent, written anew; of a text that is another by now its version alone."""
    body = request.body
    assert body.proof is not None, "it is answered"
    known: Mapping[str, str] = {
        **values(form, body.asked, parties, body.language),
        "url": url,
        "code": _HIDDEN,
    }
    is_sms = Channel.EPOSTA not in body.asked.verification.channels
    found = []
    for each in body.proof.messages:
        said = f"{each.words}, {each.version}"
        if each.words in texts() and texts()[each.words].version == each.version:
            said = letter(each.words, body.language, known, is_sms=is_sms).body.strip()
        found.append(said)
    return "\n".join(found)


def pdf_of(facts: Mapping[str, str]) -> bytes:
    """Give the record. Cost: some 100 ms of a core."""
    words = papers()["via"]
    rows = [(words[name], value) for name, value in facts.items()]
    return record_pdf(words["title"], rows, words["foot"])
