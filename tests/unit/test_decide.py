"""May this message be sent: each row of the table of reasons, its article beside it."""

from datetime import timedelta

import pytest
from builders.movements import EVENING, LATER, NOON, a_question, a_standing, the_facts

from izin.consent.model import Decision, MessageKind, Note, Reason
from izin.consent.rules import decide
from izin.core.terms import RecipientType, Source, Status

ALLOWED, DENIED, UNKNOWN = Decision.ALLOWED, Decision.DENIED, Decision.UNKNOWN
ONAY, RET = a_standing(Status.ONAY), a_standing(Status.RET)
CLOSED = a_standing(Status.RET, source=Source.IYS_AHS_HAT_KAPATMA)
UNDATED = a_standing(Status.ONAY, consented_at=None)
TACIR = {"recipient_type": RecipientType.TACIR}
DEALER, OTHER_DEALER = 55550127, 55550128
BY_DEALER = {"retailer_code": DEALER}
DEALER_OK = {"is_retailer_active": True, "may_retailer_use": True}
PURE = {"contains_promotion": False}
MOMENT = timedelta(microseconds=1)


def kind(name: str, **changes: object) -> dict[str, object]:
    return {"message_kind": MessageKind(name), **changes}


TABLE = [
    # who cannot be answered
    ("D-1: unreadable", {"is_readable": False}, {"standing": ONAY}, UNKNOWN, "INVALID_REQUEST"),
    ("D-2: stale facts", {}, {"is_fresh": False}, UNKNOWN, "REGISTRY_UNAVAILABLE"),
    (
        "D-2 before D-3",
        {},
        {"is_fresh": False, "is_caller_authorised": False},
        UNKNOWN,
        "REGISTRY_UNAVAILABLE",
    ),
    (
        "3: R-110, R-72",
        {},
        {"is_caller_authorised": False, "standing": ONAY},
        DENIED,
        "CALLER_NOT_AUTHORISED",
    ),
    # what needs no consent
    (
        "4: Reg. 2/2",
        kind("OUT_OF_SCOPE"),
        {"is_sender_out_of_scope": True, "standing": RET},
        ALLOWED,
        "OUT_OF_SCOPE",
    ),
    ("D-4: claimed only", kind("OUT_OF_SCOPE"), {}, DENIED, "NO_CONSENT"),
    (
        "5: the registry's own",
        kind("IYS_FLOW"),
        {"is_caller_registry": True},
        ALLOWED,
        "IYS_SYSTEM_MESSAGE",
    ),
    ("D-5: claimed by another", kind("IYS_FLOW"), {}, DENIED, "NO_CONSENT"),
    (
        "6: Reg. 7/3",
        kind("CONSENT_NOTICE", **PURE),
        {"notice_until": EVENING},
        ALLOWED,
        "CONSENT_NOTICE",
    ),
    (
        "6: too late",
        kind("CONSENT_NOTICE", **PURE),
        {"notice_until": EVENING - MOMENT},
        DENIED,
        "NO_CONSENT",
    ),
    ("D-6: nothing was taken", kind("CONSENT_NOTICE", **PURE), {}, DENIED, "NO_CONSENT"),
    (
        "6: with a promotion",
        kind("CONSENT_NOTICE"),
        {"notice_until": EVENING},
        DENIED,
        "NO_CONSENT",
    ),
    ("D-7: Reg. 6/1", kind("EXEMPT_SERVICE", **PURE), {"standing": RET}, ALLOWED, "EXEMPT_6_1"),
    ("D-7: Reg. 6/2", kind("EXEMPT_ONGOING", **PURE), {"standing": RET}, ALLOWED, "EXEMPT_6_2"),
    ("D-7: Reg. 6", kind("EXEMPT_CAPITAL_MARKET", **PURE), {}, ALLOWED, "EXEMPT_6_CM"),
    ("D-8: with a promotion", kind("EXEMPT_ONGOING"), {"standing": RET}, DENIED, "REJECTED"),
    ("D-8: and a consent", kind("EXEMPT_SERVICE"), {"standing": ONAY}, ALLOWED, "CONSENT"),
    # who may send nothing commercial
    (
        "9: Reg. 5/2, 11",
        {},
        {"is_sender_registered": False, "standing": ONAY},
        DENIED,
        "SENDER_NOT_REGISTERED",
    ),
    (
        "D-9: not known",
        {},
        {"is_sender_registered": None, "standing": ONAY},
        UNKNOWN,
        "UNDECIDABLE",
    ),
    (
        "10: Reg. 4, 5/2",
        {},
        {"is_brand_active": False, "standing": ONAY},
        DENIED,
        "BRAND_NOT_ACTIVE",
    ),
    ("D-10: not known", {}, {"is_brand_active": None, "standing": ONAY}, UNKNOWN, "UNDECIDABLE"),
    (
        "11: Reg. 7/4",
        {"asks_for_consent": True},
        {"standing": ONAY},
        DENIED,
        "CONSENT_REQUEST_BY_CEM",
    ),
    (
        "12: a passive dealer",
        BY_DEALER,
        {**DEALER_OK, "is_retailer_active": False, "standing": ONAY},
        DENIED,
        "DEALER_NOT_ACTIVE",
    ),
    (
        "12: not known",
        BY_DEALER,
        {**DEALER_OK, "is_retailer_active": None, "standing": ONAY},
        UNKNOWN,
        "UNDECIDABLE",
    ),
    # consumers may not before they consent
    ("D-13: unknown type as a consumer", {"recipient_type": None}, {}, DENIED, "NO_CONSENT"),
    ("D-14: Reg. 5/3", {}, {}, DENIED, "NO_CONSENT"),
    ("D-15: Law 8, Reg. 9", {}, {"standing": RET}, DENIED, "REJECTED"),
    ("D-15: line closed", {}, {"standing": CLOSED}, DENIED, "REJECTED_LINE_CLOSED"),
    (
        "16: R-103",
        BY_DEALER,
        {**DEALER_OK, "may_retailer_use": False, "standing": ONAY},
        DENIED,
        "DEALER_NO_ACCESS",
    ),
    (
        "16: not known",
        BY_DEALER,
        {**DEALER_OK, "may_retailer_use": None, "standing": ONAY},
        UNKNOWN,
        "UNDECIDABLE",
    ),
    ("D-16: listed", BY_DEALER, {**DEALER_OK, "standing": ONAY}, ALLOWED, "CONSENT"),
    (
        "16: the taking dealer, R-102",
        BY_DEALER,
        {
            "is_retailer_active": True,
            "may_retailer_use": False,
            "standing": a_standing(Status.ONAY, retailer_code=DEALER),
        },
        ALLOWED,
        "CONSENT",
    ),
    (
        "16: taken by another dealer",
        BY_DEALER,
        {
            "is_retailer_active": True,
            "may_retailer_use": False,
            "standing": a_standing(Status.ONAY, retailer_code=OTHER_DEALER),
        },
        DENIED,
        "DEALER_NO_ACCESS",
    ),
    (
        "16: the brand itself may always use it",
        {},
        {"may_retailer_use": False, "standing": ONAY},
        ALLOWED,
        "CONSENT",
    ),
    (
        "17: the line closed since",
        {},
        {"line_closed_at": NOON + MOMENT, "standing": ONAY},
        DENIED,
        "ADDRESS_REASSIGNED",
    ),
    (
        "17: the line closed before",
        {},
        {"line_closed_at": NOON, "standing": ONAY},
        ALLOWED,
        "CONSENT",
    ),
    ("D-18: Reg. 5", {}, {"standing": ONAY}, ALLOWED, "CONSENT"),
    # merchants may be written to until they refuse
    ("D-19: Law 8, Reg. 6/3", TACIR, {"standing": RET}, DENIED, "MERCHANT_REJECTED"),
    ("D-20: Law 6/2", TACIR, {"standing": ONAY}, ALLOWED, "MERCHANT_NOT_REJECTED"),
    ("D-20: undated", TACIR, {"standing": UNDATED}, ALLOWED, "MERCHANT_NOT_REJECTED"),
    (
        "20: a dealer without access",
        TACIR | BY_DEALER,
        {**DEALER_OK, "may_retailer_use": False, "standing": ONAY},
        DENIED,
        "DEALER_NO_ACCESS",
    ),
    ("D-21: Reg. 6/3, 6/6", TACIR, {}, DENIED, "MERCHANT_NOT_RECORDED"),
]


@pytest.mark.parametrize(
    ("question", "facts", "decision", "reason"),
    [case[1:] for case in TABLE],
    ids=[case[0] for case in TABLE],
)
def test_the_first_reason_that_holds_decides(question, facts, decision, reason):
    answer = decide(a_question(**question), the_facts(**facts))
    assert (answer.decision, answer.reason) == (decision, Reason(reason))


def test_the_table_knows_every_reason():
    assert {case[4] for case in TABLE} == {reason.value for reason in Reason}


NOTES = [
    ("type assumed", {"recipient_type": None}, {}, Note.TYPE_ASSUMED),
    ("promotion", kind("EXEMPT_SERVICE"), {}, Note.PROMOTION_IN_EXEMPT),
    ("the other type", {}, {"other_type_status": Status.RET}, Note.OTHER_TYPE_REJECTED),
    ("quiet hours", {}, {"is_quiet_hour": True}, Note.QUIET_HOURS),
    ("no MERSİS number", {}, {"has_mersis": False}, Note.NO_MERSIS_IN_PROFILE),
]


@pytest.mark.parametrize(
    ("question", "facts", "note"), [case[1:] for case in NOTES], ids=[case[0] for case in NOTES]
)
def test_a_note_never_changes_the_decision(question, facts, note):
    answer = decide(a_question(**question), the_facts(standing=ONAY, **facts))
    assert answer.notes == (note,)
    assert answer.decision is ALLOWED


def test_nothing_is_noted_without_cause():
    facts = the_facts(standing=ONAY, other_type_status=Status.ONAY)
    assert decide(a_question(), facts).notes == ()


def test_who_may_not_ask_learns_nothing_by_the_notes():
    facts = the_facts(is_caller_authorised=False, standing=ONAY, other_type_status=Status.RET)
    answer = decide(a_question(), facts)
    assert (answer.notes, answer.state_since) == ((), None)


@pytest.mark.parametrize(
    ("standing", "since"), [(ONAY, NOON), (RET, NOON), (UNDATED, LATER), (None, None)]
)
def test_an_answer_says_since_when_the_record_stands_so(standing, since):
    assert decide(a_question(), the_facts(standing=standing)).state_since == since


def test_what_the_record_did_not_decide_says_nothing_of_it():
    exempt = a_question(**kind("EXEMPT_SERVICE", **PURE))
    assert decide(exempt, the_facts(standing=RET)).state_since is None
    barred = decide(a_question(), the_facts(standing=RET, is_brand_active=False))
    assert barred.state_since is None


def test_only_a_yes_is_valid_for_a_while():
    assert decide(a_question(), the_facts(standing=RET)).valid_until is None
    yes = decide(a_question(), the_facts(standing=ONAY))
    assert yes.valid_until == EVENING + timedelta(minutes=15)
    batch = a_question(valid_for=timedelta(minutes=60))
    hour = decide(batch, the_facts(standing=ONAY))
    assert hour.valid_until == EVENING + timedelta(minutes=60)


def test_a_yes_to_a_notice_ends_with_the_time_for_notices():
    notice = a_question(**kind("CONSENT_NOTICE", **PURE))
    soon = EVENING + timedelta(minutes=1)
    assert decide(notice, the_facts(notice_until=soon)).valid_until == soon
    consented = decide(a_question(), the_facts(notice_until=soon, standing=ONAY))
    assert consented.valid_until == EVENING + timedelta(minutes=15)


def test_an_answer_names_its_articles_and_its_moment():
    answer = decide(a_question(), the_facts())
    assert (answer.basis, answer.decided_at) == (("Reg. 5/3",), EVENING)
