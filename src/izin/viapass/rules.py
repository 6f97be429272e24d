"""May a text be submitted, and may a request be completed? Pure.

Source  contract 1.17b; the codes' table of ViA PASS
"""

from datetime import datetime

from izin.core.errors import Refused
from izin.smpp.segments import is_gsm, is_one_segment
from izin.viapass.model import TRIES_MAX, Kind, Request, State, Wording

SUBJECT_MAX, MAIL_MAX = 120, 4000
_CODE_FILLED, _LINK_FILLED = "0" * 6, "https://" + "x" * 36
_TURKISH = frozenset("çğıöşüÇĞİÖŞÜ")


def faults(kind: Kind, wording: Wording) -> list[Refused]:
    """Everything that keeps a text from being submitted.

    Gives   IZ140 where code or link stands not once, IZ141 a text message of more than one segment
            or with letters that cost two, IZ142 a mail without a subject, or too long
    """
    found: list[Refused] = []
    for name, body, subject in (
        ("textTr", wording.body_tr, wording.subject_tr),
        ("textEn", wording.body_en, wording.subject_en),
    ):
        found += _of_body(kind, name, body)
        if not kind.is_sms and not (0 < len(subject) <= SUBJECT_MAX and len(body) <= MAIL_MAX):
            found.append(Refused(code="IZ142", location=(name,)))
    return found


def _of_body(kind: Kind, name: str, body: str) -> list[Refused]:
    other = "{code}" if kind.is_link else "{link}"
    if body.count(kind.place) != 1 or other in body:
        return [Refused(code="IZ140", location=(name,), facts=(("place", kind.place[1:-1]),))]
    if not kind.is_sms:
        return []
    filled = body.replace(kind.place, _LINK_FILLED if kind.is_link else _CODE_FILLED)
    is_plain = is_gsm(filled) and not _TURKISH & set(filled)
    if is_plain and is_one_segment(filled):
        return []
    return [Refused(code="IZ141", location=(name,))]


def over(request: Request, now: datetime) -> Refused | None:
    """Why a request takes no code any more; None while it does.

    Gives   H1110 completed or denied, H1050 three wrong codes, H1051 too late
    """
    if request.state is not State.STARTED:
        return Refused(code="H1110")
    if len(request.wrong_at) >= TRIES_MAX:
        return Refused(code="H1050")
    return Refused(code="H1051") if request.good_until <= now else None
