"""The record of a verification: what the contract lists, as PDF.

Source  contract, getClarificationFile
"""

from collections.abc import Mapping

from izin.core.clock import wire_time
from izin.i18n.papers import papers
from izin.paper.record import record_pdf
from izin.viapass.model import LINK_SHOWN, Asked, Given, Request

HIDDEN = "•" * 6
"""Stands in the place of a code, which is kept nowhere."""

_HASH_DIGITS = 64


def facts_of(
    request: Request, asked: Asked, given: Given, *, company: str, sender: str
) -> dict[str, str]:
    """What stands in it: codes and links have fields of their own, a code as its hash alone.

    The request is completed.
    """
    assert request.ended_at is not None, "it is completed"
    is_link = request.kind.is_link
    facts = {
        "request": str(request.request_id),
        "started": wire_time(request.started_at),
        "ended": wire_time(request.ended_at),
        "company": company,
        "recipient": asked.to.clear,
        "recipient_ip" if is_link else "verifier_ip": given.network,
        "user": str(asked.user_id),
        "kind": request.kind.value,
        "message": asked.message.replace("{code}", HIDDEN),
        "tin": asked.tin,
        "iys_code": str(request.iys_code),
    }
    if is_link:
        facts["reference"] = asked.message.rpartition("/o/")[2][:LINK_SHOWN]
    else:
        facts["code"] = _hash_of(given)
    return facts | ({"sender": sender} if request.kind.is_sms else {})


def _hash_of(given: Given) -> str:
    """Its hash, so that a line may break in it; of one of old a mark."""
    is_hash = len(given.code) == _HASH_DIGITS
    return bytes.fromhex(given.code).hex(" ", 8) if is_hash else HIDDEN


def pdf_of(facts: Mapping[str, str]) -> bytes:
    """Give the record. Cost: some 100 ms of a core."""
    words = papers()["via_pass"]
    rows = [(words[name], value) for name, value in facts.items()]
    return record_pdf(words["title"], rows, words["foot"])
