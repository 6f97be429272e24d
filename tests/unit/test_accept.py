"""Which movement may become the record. C-n, W-n and R-n are explained in docs/law.md."""

from datetime import timedelta
from uuid import UUID

import pytest
from builders.movements import (
    EVENING,
    LATER,
    NOON,
    a_citizens,
    a_key,
    a_merchants,
    a_proposal,
    a_record,
)

from izin.consent.model import Accepted, Over
from izin.consent.rules import accept, repeats
from izin.core.errors import Refused
from izin.core.terms import Channel, RecipientType, Source, Status

ONAY, RET = Status.ONAY, Status.RET
KARAR = Source.HS_KARAR
MICROSECOND, SECOND = timedelta(microseconds=1), timedelta(seconds=1)


def code_of(verdict):
    return verdict.code if isinstance(verdict, Refused) else "accepted"


COMPANIES = [
    ("C-4, W-7: nothing begins with a refusal", None, a_proposal(RET), "H175"),
    ("C-11: nor with the company's own decision", None, a_proposal(RET, source=KARAR), "H486"),
    ("a first ONAY", None, a_proposal(ONAY), "accepted"),
    ("C-13: a merchant's first, bare", None, a_merchants(ONAY), "accepted"),
    ("C-4: a merchant's first RET", None, a_merchants(RET), "H175"),
    ("C-3, W-8: RET over RET, older", a_record(RET), a_proposal(RET), "H174"),
    (
        "C-3: RET over RET whatever the date",
        a_record(RET),
        a_proposal(RET, consented_at=LATER),
        "H174",
    ),
    (
        "C-3 comes before C-13",
        a_record(RET),
        a_merchants(RET),
        "H174",
    ),
    ("C-5, W-3: equal date", a_record(ONAY), a_proposal(RET), "H178"),
    (
        "C-5: older date",
        a_record(ONAY),
        a_proposal(ONAY, consented_at=NOON - SECOND),
        "H178",
    ),
    (
        "C-5: one second newer",
        a_record(ONAY),
        a_proposal(RET, consented_at=NOON + SECOND),
        "accepted",
    ),
    (
        "C-2, W-8: a newer ONAY renews",
        a_record(ONAY),
        a_proposal(ONAY, consented_at=LATER),
        "accepted",
    ),
    (
        "C-22: an older ONAY never overrules a refusal",
        a_record(RET, source=Source.IYS_WEB),
        a_proposal(ONAY),
        "H178",
    ),
    (
        "C-22, R-67: a consent taken after the refusal counts",
        a_record(RET, source=Source.IYS_WEB),
        a_proposal(ONAY, consented_at=LATER),
        "accepted",
    ),
    (
        "C-22: within the refusal's own second",
        a_record(RET, source=Source.IYS_WEB, consented_at=NOON + MICROSECOND),
        a_proposal(ONAY),
        "H178",
    ),
    (
        "C-10: the company's own decision over an ONAY",
        a_record(ONAY),
        a_proposal(RET, source=KARAR, consented_at=LATER),
        "accepted",
    ),
    ("C-13, W-10: no source", a_record(ONAY), a_merchants(ONAY), "H463"),
    (
        "C-13: a date, but no source",
        a_record(ONAY),
        a_merchants(ONAY, consented_at=LATER),
        "H463",
    ),
    (
        "C-13, W-10: a source, but no date",
        a_record(ONAY),
        a_merchants(RET, source=Source.HS_WEB),
        "H462",
    ),
    (
        "an undated merchant's record gives way to any date",
        a_record(ONAY, consented_at=None),
        a_merchants(RET, source=Source.HS_WEB, consented_at=NOON - timedelta(days=900)),
        "accepted",
    ),
    (
        "C-6, W-4: dated in the future",
        None,
        a_proposal(ONAY, consented_at=EVENING + SECOND),
        "H162",
    ),
    (
        "C-6: a refusal is not dated in the future either",
        a_record(ONAY),
        a_proposal(RET, consented_at=EVENING + SECOND),
        "H162",
    ),
    ("C-6: this very instant", None, a_proposal(ONAY, consented_at=EVENING), "accepted"),
    (
        "C-9: a late consent, whatever stands",
        None,
        a_proposal(ONAY, is_late=True),
        "H467",
    ),
    (
        "C-9: a late consent comes before the order of dates",
        a_record(ONAY),
        a_proposal(ONAY, is_late=True),
        "H467",
    ),
    (
        "C-9: a late refusal is recorded all the same",
        a_record(ONAY, consented_at=NOON - timedelta(days=30)),
        a_proposal(RET, consented_at=NOON - timedelta(days=20), is_late=True),
        "accepted",
    ),
]


@pytest.mark.parametrize(
    ("current", "proposal", "expected"),
    [case[1:] for case in COMPANIES],
    ids=[case[0] for case in COMPANIES],
)
def test_what_a_company_proposes_is_judged_in_the_contracts_order(current, proposal, expected):
    assert code_of(accept(current, proposal, now=EVENING)) == expected


def test_what_a_company_proposes_is_accepted_as_it_is():
    proposal = a_proposal(ONAY)
    assert accept(None, proposal, now=EVENING) == Accepted(
        status=ONAY, source=Source.HS_WEB, consented_at=NOON
    )


def test_a_future_date_is_named_as_the_caller_wrote_it():
    refused = accept(None, a_proposal(ONAY, consented_at=EVENING + SECOND), now=EVENING)
    assert isinstance(refused, Refused)
    assert (refused.location, refused.value) == (("consentDate",), "2026-02-11 20:00:01")


CITIZENS = [
    ("over an ONAY", a_record(ONAY), a_citizens(RET), EVENING),
    (
        "over an ONAY stored as if of later",
        a_record(ONAY, consented_at=EVENING + SECOND),
        a_citizens(RET),
        EVENING + SECOND + MICROSECOND,
    ),
    (
        "over an ONAY of now",
        a_record(ONAY, consented_at=EVENING),
        a_citizens(RET),
        EVENING + MICROSECOND,
    ),
    (
        "over an undated merchant's record",
        a_record(ONAY, consented_at=None),
        a_citizens(RET),
        EVENING,
    ),
    ("over a company's RET", a_record(RET), a_citizens(RET), EVENING),
    ("over her own RET", a_record(RET, source=Source.IYS_WEB), a_citizens(RET), EVENING),
    (
        "by a closed line",
        a_record(ONAY),
        a_citizens(RET, Source.IYS_AHS_HAT_KAPATMA),
        EVENING,
    ),
    ("by short message", a_record(ONAY), a_citizens(RET, Source.IYS_KISAMESAJ), EVENING),
    ("an ONAY of hers over a RET", a_record(RET), a_citizens(ONAY), EVENING),
    ("an ONAY of hers as the first record", None, a_citizens(ONAY, Source.IYS_WEB_YENI), EVENING),
    (
        "whatever date she comes with",
        a_record(ONAY),
        a_citizens(RET, consented_at=NOON - timedelta(days=1)),
        EVENING,
    ),
]


@pytest.mark.parametrize(
    ("current", "proposal", "dated"),
    [case[1:] for case in CITIZENS],
    ids=[case[0] for case in CITIZENS],
)
def test_a_citizens_word_always_gets_through_dated_after_what_stands(current, proposal, dated):
    assert accept(current, proposal, now=EVENING) == Accepted(
        status=proposal.status, source=proposal.source, consented_at=dated
    )


def test_a_citizens_refusal_creates_no_record_where_the_brand_never_had_one():
    assert code_of(accept(None, a_citizens(RET), now=EVENING)) == "H175"


def test_a_consent_dated_between_two_refusals_does_not_overrule_the_second():
    first = a_record(RET)
    second = accept(first, a_citizens(RET), now=EVENING)
    assert isinstance(second, Accepted)
    standing = a_record(RET, source=second.source, consented_at=second.consented_at)
    between = a_proposal(ONAY, consented_at=LATER)
    assert code_of(accept(standing, between, now=EVENING + SECOND)) == "H178"


REPEATS = [
    ("the very same", a_record(ONAY), a_proposal(ONAY), True),
    ("another status", a_record(ONAY), a_proposal(RET), False),
    ("another source", a_record(ONAY), a_proposal(ONAY, source=Source.HS_ATM), False),
    ("another date", a_record(ONAY), a_proposal(ONAY, consented_at=LATER), False),
    ("nothing is stored", None, a_proposal(ONAY), False),
    (
        "a bare merchant's record",
        a_record(ONAY, source=None, consented_at=None),
        a_merchants(ONAY),
        True,
    ),
    (
        "a citizen's word is new each time",
        a_record(RET, source=Source.IYS_WEB),
        a_citizens(RET),
        False,
    ),
]


@pytest.mark.parametrize(
    ("current", "proposal", "expected"),
    [case[1:] for case in REPEATS],
    ids=[case[0] for case in REPEATS],
)
def test_a_repeat_is_the_same_status_source_and_date(current, proposal, expected):
    assert repeats(current, proposal) is expected


def test_the_identity_of_a_record_is_all_of_its_key():
    """C-1 and C-14."""
    apart = {
        a_key(),
        a_key(channel=Channel.ARAMA),
        a_key(recipient_type=RecipientType.TACIR),
        a_key(brand_code=731003),
    }
    assert len(apart) == 4


def test_what_is_taken_back_has_to_stand_still():
    stored = a_record(RET)
    back = {"cites": stored.event_id}
    assert code_of(accept(stored, a_citizens(ONAY, **back), now=EVENING)) == "accepted"
    moved = a_record(ONAY, event_id=UUID(int=stored.event_id.int + 1))
    assert code_of(accept(moved, a_citizens(ONAY, **back), now=EVENING)) == "IZ120"
    assert code_of(accept(None, a_citizens(ONAY), now=EVENING)) == "accepted"
    assert code_of(accept(None, a_citizens(ONAY, **back), now=EVENING)) == "IZ120"


@pytest.mark.parametrize(
    ("current", "status", "over", "expected"),
    [
        (a_record(ONAY), RET, Over.ONAY, "accepted"),
        (a_record(RET), RET, Over.ONAY, "IZ155"),  # another door was there first
        (None, RET, Over.ONAY, "H175"),
        (a_record(RET), ONAY, Over.RET, "accepted"),
        (a_record(ONAY), ONAY, Over.RET, "IZ155"),
        (None, ONAY, Over.RET, "IZ155"),  # no approval begins a record unless she adds the brand
        (None, ONAY, Over.NOTHING, "accepted"),
        (a_record(ONAY), ONAY, Over.NOTHING, "IZ155"),
        (a_record(RET), ONAY, Over.NOTHING, "IZ155"),
        (a_record(RET), RET, None, "accepted"),  # by İYS Yolu, with its evidence
    ],
)
def test_what_is_to_be_changed_has_to_stand(current, status, over, expected):
    assert code_of(accept(current, a_citizens(status, over=over), now=EVENING)) == expected


def test_what_is_recorded_later_than_it_was_said_is_dated_when_it_was_said():
    """So what a company took after it is the newer, whichever comes first."""
    stored = a_record(ONAY, consented_at=EVENING - timedelta(hours=2))
    said_at = EVENING - timedelta(hours=1)
    refusal = a_citizens(RET, over=Over.ONAY, given_by=said_at, said_at=said_at)
    verdict = accept(stored, refusal, now=EVENING)
    assert verdict.consented_at == said_at
    newer = a_record(ONAY, consented_at=said_at + timedelta(seconds=1))
    assert code_of(accept(newer, refusal, now=EVENING)) == "IZ155"
    refused = a_record(RET, source=Source.IYS_WEB, consented_at=said_at)
    later = a_proposal(ONAY, consented_at=said_at + timedelta(seconds=1))
    assert code_of(accept(refused, later, now=EVENING)) == "accepted"
