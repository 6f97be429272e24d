"""İYS Yolu's steps as a company reads them, and none that skips another."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from builders.heart import a_proposal

from izin.consent.model import Current
from izin.consent.rules import accept
from izin.core.errors import Refused
from izin.core.terms import Source, Status
from izin.via.model import Title
from izin.via.rules import (
    FOLLOWS,
    Stands,
    Step,
    Verification,
    may_be_confirmed,
    not_answered,
    shown,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER, BEFORE = NOW + timedelta(seconds=1), NOW
OTP, URL = Verification.SMS_OTP, Verification.EPOSTA_SHORTURL


def at(step: Step, verification: Verification = OTP, **facts) -> Stands:
    known = {"tries": 0, "due_at": LATER if step in FOLLOWS else None}
    return Stands(step=step, verification=verification, **(known | facts))


@pytest.mark.parametrize(
    ("stands", "stage", "status"),
    [
        (at(Step.NOTICE), "SUCCESS", "START"),
        (at(Step.NOTICE, due_at=BEFORE), "COMPLETED", "SMSMAIL_OUT_FAILURE"),
        (at(Step.CODE), "CONSENT_REQUESTED", "PENDING"),
        (at(Step.CODE, is_out=False), "SUCCESS", "START"),
        (at(Step.CODE, tries=1), "CONSENT_REQUESTED", "OTP_CODE_INCORRECT"),
        (at(Step.CODE, tries=1, is_out=False), "CONSENT_REQUESTED", "OTP_CODE_INCORRECT"),
        (at(Step.CODE, due_at=BEFORE), "COMPLETED", "OTP_CODE_EXPIRED"),
        (at(Step.LOCKED, tries=3), "COMPLETED", "OTP_CODE_INCORRECT"),
        (at(Step.UNSENT), "COMPLETED", "SMSMAIL_OUT_FAILURE"),
        (at(Step.WITHDRAWN), "COMPLETED", "OTP_CODE_EXPIRED"),
        (at(Step.REFUSED), "COMPLETED", "OTP_CODE_EXPIRED"),
        (at(Step.DONE), "COMPLETED", "SUCCESS"),
        (at(Step.LINK, URL, is_out=False), "SUCCESS", "START"),
        (at(Step.LINK, URL), "CONSENT_REQUESTED", "PENDING"),
        (at(Step.LINK, URL, due_at=BEFORE), "COMPLETED", "LINK_CLICK_TIMEOUT"),
        (at(Step.OPENED, URL, was_opened=True), "REQUEST_OPENED", "PENDING"),
        (at(Step.OPENED, URL, was_opened=True, due_at=BEFORE), "COMPLETED", "SHORT_URL_EXPIRED"),
    ],
)
def test_a_step_is_shown_in_the_contract_s_words(stands, stage, status):
    assert shown(stands, NOW) == (stage, status)


@pytest.mark.parametrize(
    ("stands", "verification", "code"),
    [
        (at(Step.CODE), OTP, None),
        (at(Step.CODE), URL, "H1056"),
        (at(Step.CODE), Verification.EPOSTA_OTP, "H1064"),
        (at(Step.NOTICE), OTP, "H1028"),
        (at(Step.DONE), OTP, "H1032"),
        (at(Step.UNSENT), OTP, "H1049"),
        (at(Step.LOCKED), OTP, "H1050"),
        (at(Step.CODE, due_at=BEFORE), OTP, "H1051"),
        (at(Step.WITHDRAWN), OTP, "H1051"),
    ],
)
def test_a_code_is_taken_after_the_notice_and_before_the_end(stands, verification, code):
    refused = may_be_confirmed(stands, verification, [Title.ETK], NOW)
    assert (refused and refused.code) == code


def test_each_title_is_answered_by_itself_and_stays_so():
    etk = frozenset({Title.ETK})
    for step, due_at in ((Step.CODE, LATER), (Step.CODE, BEFORE), (Step.LOCKED, None)):
        stands = at(step, done=etk, due_at=due_at)
        assert stands.of(Title.ETK, NOW) is Step.DONE
        again = may_be_confirmed(stands, OTP, [Title.ETK], NOW)
        assert again is not None
        assert again.code == "H1032"
        assert stands.of(Title.KVK, NOW) is stands.at(NOW)
    waits = at(Step.CODE, done=etk)
    assert may_be_confirmed(waits, OTP, [Title.KVK], NOW) is None
    assert may_be_confirmed(waits, OTP, [Title.KVK, Title.ETK], NOW) is not None
    over = at(Step.CODE, done=etk, due_at=BEFORE)
    assert may_be_confirmed(over, OTP, [Title.KVK], NOW) == Refused(code="H1051")
    assert shown(over, NOW) == ("COMPLETED", "OTP_CODE_EXPIRED"), "not all of it was given"


def test_nothing_is_recorded_without_code_or_page_and_no_code_without_the_notice():
    before = {to: {step for step in FOLLOWS if to in FOLLOWS[step]} for to in Step}
    assert before[Step.CODE] == {Step.NOTICE}
    assert before[Step.DONE] == {Step.CODE, Step.OPENED}
    assert before[Step.OPENED] == {Step.LINK}
    assert before[Step.NOTICE] == before[Step.LINK] == set()


def test_what_has_no_answer_says_truly_why():
    reasons = {step: not_answered(at(step), NOW) for step in Step if step is not Step.DONE}
    assert reasons == {
        **dict.fromkeys(FOLLOWS, "H1072"),
        Step.UNSENT: "H1049",
        Step.EXPIRED: "H1051",
        Step.LOCKED: "H1050",
        Step.WITHDRAWN: "H1051",
        Step.REFUSED: "IZ165",
    }


def test_a_refusal_counts_against_a_consent_asked_for_before_it_alone():
    def verdict(status, said, recorded, *, source=Source.HS_WEB, asked=NOW):
        stood = Current(
            status=status,
            source=source,
            consented_at=said,
            recorded_at=recorded,
            first_recorded_at=BEFORE,
            event_id=uuid4(),
            version=1,
        )
        yes = a_proposal(source=Source.IYS_KISAMESAJ, consented_at=None, asked_at=asked)
        return accept(stood, yes, now=LATER)

    earlier, later = NOW - timedelta(hours=1), LATER
    over = Refused(code="IZ165")
    assert verdict(Status.RET, earlier, earlier) != over
    assert verdict(Status.RET, earlier, later) == over, "a company's counts from its record"
    assert verdict(Status.RET, earlier, later, source=Source.IYS_WEB) != over, "hers as she said"
    assert verdict(Status.RET, later, later, source=Source.IYS_WEB) == over
    assert verdict(Status.RET, None, later, source=None) == over
    assert verdict(Status.ONAY, later, later) != over
    assert verdict(Status.RET, later, later, asked=None) != over
