"""Rows, proposals, records and questions: say only what matters."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from izin.consent.intake import IntakeContext
from izin.consent.model import ConsentKey, Current, Facts, Proposal, Question, Standing
from izin.core.address import Address, parse_email, parse_phone
from izin.core.clock import IYS_TIME
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, RecipientType, Source, Status

IYS_CODE, BRAND_CODE = IysCode(731001), BrandCode(731002)
PHONE, OTHER_PHONE, EMAIL = "+905990000001", "+905990000002", "ayse@posta.example"

NOON = datetime(2026, 2, 11, 12, tzinfo=IYS_TIME).astimezone(UTC)
"""A Wednesday."""
LATER, EVENING = NOON + timedelta(hours=1), NOON + timedelta(hours=8)
EARLIEST = datetime(2026, 2, 6, tzinfo=IYS_TIME).astimezone(UTC)
"""From when on a consent may still be registered on that Wednesday."""


def an_address(text: str = PHONE) -> Address:
    read = parse_email(text) if "@" in text else parse_phone(text, sandbox=True)
    assert isinstance(read, Address)
    return read


def a_key(**changes: Any) -> ConsentKey:
    given = {
        "iys_code": IYS_CODE,
        "brand_code": BRAND_CODE,
        "channel": Channel.MESAJ,
        "recipient_type": RecipientType.BIREYSEL,
        "address": an_address(),
    }
    return ConsentKey(**(given | changes))


def a_proposal(status: Status, **changes: Any) -> Proposal:
    given = {"key": a_key(), "source": Source.HS_WEB, "consented_at": NOON}
    return Proposal(status=status, **(given | changes))


def a_merchants(status: Status, **changes: Any) -> Proposal:
    given = {"key": a_key(recipient_type=RecipientType.TACIR), "source": None, "consented_at": None}
    return a_proposal(status, **(given | changes))


def a_citizens(status: Status, source: Source = Source.IYS_WEB, **changes: Any) -> Proposal:
    return a_proposal(status, **({"source": source, "consented_at": None} | changes))


def a_record(status: Status, **changes: Any) -> Current:
    given = {
        "source": Source.HS_WEB,
        "consented_at": NOON,
        "recorded_at": LATER,
        "first_recorded_at": LATER,
        "event_id": UUID(int=1),
        "version": 1,
    }
    return Current(status=status, **(given | changes))


def a_context(**changes: Any) -> IntakeContext:
    given = {
        "iys_code": IYS_CODE,
        "brand_code": BRAND_CODE,
        "now": EVENING,
        "earliest_registrable": EARLIEST,
        "sandbox": True,
    }
    return IntakeContext(**(given | changes))


def a_row(*without: str, **changes: Any) -> dict[str, Any]:
    given = {
        "recipient": PHONE,
        "type": "MESAJ",
        "source": "HS_WEB",
        "status": "ONAY",
        "consentDate": "2026-02-11 12:00:00",
    }
    return {name: value for name, value in (given | changes).items() if name not in without}


def a_standing(status: Status, **changes: Any) -> Standing:
    given = {"source": Source.HS_WEB, "consented_at": NOON, "recorded_at": LATER}
    return Standing(status=status, **(given | changes))


def a_question(**changes: Any) -> Question:
    given = {"at": EVENING, "channel": Channel.MESAJ, "recipient_type": RecipientType.BIREYSEL}
    return Question(**(given | changes))


def the_facts(**changes: Any) -> Facts:
    """All in order but for the record: there is none."""
    given = {
        "is_fresh": True,
        "is_caller_authorised": True,
        "is_sender_registered": True,
        "is_brand_active": True,
    }
    return Facts(**(given | changes))
