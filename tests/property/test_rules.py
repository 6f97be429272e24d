"""What holds of the rules whatever comes."""

import json
from datetime import UTC, datetime, timedelta

from builders.movements import (
    EARLIEST,
    EVENING,
    a_context,
    a_key,
    a_merchants,
    a_proposal,
    a_record,
    a_row,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from izin.consent.intake import (
    parse_batch,
    parse_consent,
    parse_question,
    parse_recipients,
    shape_error,
)
from izin.consent.model import (
    Accepted,
    ConsentKey,
    Decision,
    Facts,
    MessageKind,
    Over,
    Proposal,
    Question,
    Standing,
)
from izin.consent.rules import accept, decide, repeats
from izin.core.errors import Refused
from izin.core.terms import Channel, RecipientType, Side, Source, Status
from izin.i18n.catalogue import Language, codes, render

DAYS = timedelta(days=3)
instants = st.datetimes(
    (EVENING - DAYS).replace(tzinfo=None), (EVENING + DAYS).replace(tzinfo=None)
).map(lambda naive: naive.replace(tzinfo=UTC))
seconds = instants.map(lambda at: at.replace(microsecond=0))


# recording

consumers = st.builds(
    a_proposal,
    st.sampled_from(Status),
    source=st.sampled_from(Source),
    consented_at=seconds,
)
merchants = st.builds(
    a_merchants,
    st.sampled_from(Status),
    source=st.none() | st.sampled_from(Source),
    consented_at=st.none() | seconds,
)
proposals = consumers | merchants


def is_citizens(proposal: Proposal) -> bool:
    return proposal.source is not None and proposal.source.side is Side.IYS


@given(st.lists(st.tuples(proposals, instants), max_size=12))
def test_a_record_never_goes_back_in_time_and_no_refusal_is_lost(movements):
    current, now = None, EVENING - DAYS
    for proposal, at in sorted(movements, key=lambda moved: moved[1]):
        now = max(now, at)
        verdict = accept(current, proposal, now=now)
        if isinstance(verdict, Refused):
            assert not (is_citizens(proposal) and current is not None), "a citizen's word was lost"
            continue
        if current is None:
            assert verdict.status is Status.ONAY or verdict.source is None
        elif current.consented_at is not None:
            assert verdict.consented_at is not None
            assert verdict.consented_at > current.consented_at
        if is_citizens(proposal):
            assert verdict.consented_at is not None
            assert verdict.consented_at >= now
        elif verdict.consented_at is not None:
            assert verdict.consented_at <= now
        current = a_record(verdict.status, source=verdict.source, consented_at=verdict.consented_at)


@given(instants, instants, seconds)
def test_a_later_refusal_is_never_overruled_by_an_earlier_consent(refused_at, now, taken_at):
    standing = a_record(Status.RET, source=Source.IYS_WEB, consented_at=refused_at)
    verdict = accept(standing, a_proposal(Status.ONAY, consented_at=taken_at), now=now)
    assert isinstance(verdict, Accepted) == (refused_at < taken_at <= now)


doors = st.tuples(st.sampled_from(Status), st.none() | seconds)


@given(st.none() | st.sampled_from(Status), st.lists(doors, max_size=12))
def test_of_many_doors_only_that_is_recorded_which_changes_something(first, asked):
    """However they come between each other, and between the dated words of companies."""
    current = None if first is None else a_record(first)
    for place, (status, dated) in enumerate(asked):
        over = Over.ONAY if status is Status.RET else Over.RET
        hers = a_proposal(status, source=Source.IYS_WEB, consented_at=None, over=over)
        proposal = hers if dated is None else a_proposal(status, consented_at=dated)
        stood = None if current is None else current.status
        verdict = accept(current, proposal, now=EVENING + place * DAYS)
        if dated is None:
            changes = stood is not None and stood is not status
            assert isinstance(verdict, Accepted) == changes, "her word is lost, or recorded twice"
        if isinstance(verdict, Accepted):
            current = a_record(
                verdict.status, source=verdict.source, consented_at=verdict.consented_at
            )


@given(proposals, instants)
def test_what_was_recorded_for_a_provider_repeats_itself_and_is_not_recorded_twice(proposal, now):
    verdict = accept(None, proposal, now=now)
    if isinstance(verdict, Accepted) and not is_citizens(proposal):
        stored = a_record(verdict.status, source=verdict.source, consented_at=verdict.consented_at)
        assert repeats(stored, proposal)
        assert isinstance(accept(stored, proposal, now=now), Refused)


# deciding

questions = st.builds(
    Question,
    at=instants,
    channel=st.sampled_from(Channel),
    recipient_type=st.none() | st.sampled_from(RecipientType),
    message_kind=st.sampled_from(MessageKind),
    contains_promotion=st.booleans(),
    asks_for_consent=st.booleans(),
    retailer_code=st.none() | st.integers(0, 3),
    is_readable=st.booleans(),
)
standings = st.builds(
    Standing,
    status=st.sampled_from(Status),
    source=st.none() | st.sampled_from(Source),
    consented_at=st.none() | instants,
    recorded_at=instants,
    retailer_code=st.none() | st.integers(0, 3),
)
known = st.none() | st.booleans()
facts_of_any_kind = st.builds(
    Facts,
    is_fresh=st.booleans(),
    is_caller_authorised=st.booleans(),
    is_caller_registry=st.booleans(),
    is_sender_out_of_scope=st.booleans(),
    notice_until=st.none() | instants,
    is_sender_registered=known,
    is_brand_active=known,
    is_retailer_active=known,
    may_retailer_use=known,
    standing=st.none() | standings,
    other_type_status=st.none() | st.sampled_from(Status),
    line_closed_at=st.none() | instants,
    is_quiet_hour=st.booleans(),
    has_mersis=st.booleans(),
)


@given(questions, facts_of_any_kind)
def test_every_question_has_an_answer_and_only_a_yes_lasts(question, facts):
    answer = decide(question, facts)
    assert (answer.valid_until is not None) == (answer.decision is Decision.ALLOWED)
    assert answer.decided_at == question.at


@given(questions)
def test_what_is_unknown_is_never_allowed(question):
    assert decide(question, Facts()).decision is Decision.UNKNOWN
    nothing_else_known = Facts(is_fresh=True, is_caller_authorised=True)
    answer = decide(question, nothing_else_known)
    is_exempt = answer.reason.startswith("EXEMPT_")
    assert (answer.decision is Decision.ALLOWED) == is_exempt


@given(questions, facts_of_any_kind)
def test_nothing_commercial_is_allowed_without_a_standing_consent(question, facts):
    answer = decide(question, facts)
    is_consented = facts.standing is not None and facts.standing.status is Status.ONAY
    if question.message_kind is MessageKind.COMMERCIAL and not is_consented:
        assert answer.decision is not Decision.ALLOWED


# reading

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
good = a_row(recipientType="BIREYSEL", retailerCode=1, retailerAccess=[1])
almost_rows = st.fixed_dictionaries(
    {}, optional={name: anything | st.just(value) for name, value in good.items()} | {"x": anything}
)


def assert_is_answerable(refused: object) -> None:
    assert isinstance(refused, tuple)
    assert refused
    for each in refused:
        assert each.code in codes()
        json.dumps(render(each, Language.TR))
    assert shape_error(refused).status in (400, 422)


@given(anything | almost_rows)
def test_no_json_whatever_breaks_the_reading_of_a_consent(row):
    read = parse_consent(row, a_context())
    if not isinstance(read, Proposal):
        assert_is_answerable(read)


@given(anything | st.lists(almost_rows | anything, max_size=4))
@settings(max_examples=50)
def test_no_json_whatever_breaks_the_reading_of_a_batch(rows):
    read = parse_batch(rows, a_context())
    if isinstance(read, list):
        assert len(read) == len(rows)
    else:
        assert_is_answerable(read)


@given(anything | almost_rows)
def test_no_json_whatever_breaks_the_reading_of_a_question(body):
    read = parse_question(body, a_context())
    if not isinstance(read, ConsentKey):
        assert_is_answerable(read)


@given(
    anything | st.fixed_dictionaries({"recipients": anything | st.lists(anything, max_size=4)}),
    st.sampled_from(["MESAJ", "EPOSTA", "SMS", ""]),
    st.sampled_from(["BIREYSEL", "TACIR", "x"]),
)
@settings(max_examples=50)
def test_no_json_whatever_breaks_the_reading_of_a_list(body, channel, recipient_type):
    read = parse_recipients(body, channel, recipient_type, a_context())
    if not isinstance(read, list):
        assert_is_answerable(read)


@given(seconds, st.sampled_from(Status))
def test_a_date_within_the_three_days_is_read_as_it_was_written(at: datetime, status):
    written = at + timedelta(hours=3)
    row = a_row(status=status.value, consentDate=f"{written:%Y-%m-%d %H:%M:%S}")
    read = parse_consent(row, a_context())
    if isinstance(read, Proposal):
        assert read.consented_at == at
        assert read.key == a_key()
    assert isinstance(read, Proposal) == (
        at <= EVENING and (at >= EARLIEST or status is Status.RET)
    )
