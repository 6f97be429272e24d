"""The law as two pure functions: may this be recorded, and may this be sent."""

from datetime import datetime

from izin.consent.model import (
    Accepted,
    Answer,
    Current,
    Dealers,
    Decision,
    Facts,
    MessageKind,
    Note,
    Over,
    Proposal,
    Question,
    Reason,
    Standing,
)
from izin.core.clock import JUST_AFTER, wire_time
from izin.core.codes import RetailerCode
from izin.core.errors import Refused
from izin.core.terms import RecipientType, Side, Source, Status

# may this be recorded?


def accept(current: Current | None, proposal: Proposal, *, now: datetime) -> Accepted | Refused:
    """May `proposal` become the record of its key?

    Takes   current: record of the same key, or None · now: aware instant, the database's
    Gives   Accepted with the final values, or the first refusal in the order of the contract
    Source  law.md C-2 to C-6, C-11, C-13, C-22, C-23; Law 6563 art. 8/1; Reg. 5/1
    """
    if _is_citizens(proposal):
        refused = _refuse_citizens(current, proposal)
        consented_at: datetime | None = _dated_after(current, proposal.said_at or now)
    else:
        refused = _refuse_provider(current, proposal, now)
        consented_at = proposal.consented_at
    if refused is not None:
        return refused
    return Accepted(status=proposal.status, source=proposal.source, consented_at=consented_at)


def hold_back(proposal: Proposal, held: Refused | None) -> Refused | None:
    """What a subscription that is held back says to a movement: it never stops a RET.

    Source  law.md C-23; data page 4
    """
    return None if proposal.status is Status.RET else held


def repeats(current: Current | None, proposal: Proposal) -> bool:
    """May `proposal` be the very movement that made the stored record?

    Takes   current: record of the same key, or None
    Gives   True for equal status, source and consent date; the dealers named then tell a retry,
            which makes no second event
    Source  law.md W-13; contract, operations addConsentV2 and addBatchConsentV2
    """
    return (
        current is not None
        and current.status is proposal.status
        and current.source is proposal.source
        and current.consented_at == proposal.consented_at
    )


def dealer_after(current: Current | None, proposal: Proposal) -> RetailerCode | None:
    """Who took the consent that stands once `proposal` is recorded?

    Gives   the dealer it names; else the one before, while a consent is only renewed: it has
            access until an override removes it
    Source  contract, dealer access of the taking dealer; R-102, R-103
    """
    if proposal.source is Source.IYS_WEB_YENI:  # what stands is of whoever had her number before
        return None
    is_renewal = current is not None and current.status is proposal.status is Status.ONAY
    if proposal.retailer_code is None and current is not None and is_renewal:
        return current.retailer_code
    return proposal.retailer_code


def add_dealers(dealers: Dealers, codes: frozenset[RetailerCode]) -> Dealers:
    """Let these use a consent too. Source: contract, addRetailers."""
    return Dealers(dealers.taker, dealers.listed | codes)


def override_dealers(_: Dealers, codes: frozenset[RetailerCode]) -> Dealers:
    """Let none but these use it, not even the one that took it. Source: overrideRetailers."""
    return Dealers(None, codes)


def remove_dealers(dealers: Dealers, codes: frozenset[RetailerCode]) -> Dealers:
    """Take these off the list; who took the consent keeps it. Source: R-104, R-105."""
    return Dealers(dealers.taker, dealers.listed - codes)


def remove_all_dealers(dealers: Dealers) -> Dealers:
    """Leave the list empty. Source: removeRelationsBetweenRetailersAndConsents."""
    return Dealers(dealers.taker, frozenset())


def _is_citizens(proposal: Proposal) -> bool:
    return proposal.source is not None and proposal.source.side is Side.IYS


def _refuse_citizens(current: Current | None, proposal: Proposal) -> Refused | None:
    """What she meant to change has to stand, and so has what she takes back.

    Whatever came between is another's word, or her own that came by another door.
    """
    refused = _refuse_first(proposal) if current is None else None
    if refused is not None:
        return refused
    if _is_overtaken(current, proposal):
        return Refused(code="IZ165")
    if proposal.over not in (None, _standing_over(current)) or _is_newer(current, proposal):
        return Refused(code="IZ155")
    if proposal.cites not in (None, None if current is None else current.event_id):
        return Refused(code="IZ120")
    return None


def _is_newer(current: Current | None, proposal: Proposal) -> bool:
    """Was what stands given only after she had asked for this?"""
    given_at = None if current is None else current.consented_at
    until = proposal.given_by
    return until is not None and given_at is not None and given_at > until


def _is_overtaken(current: Current | None, proposal: Proposal) -> bool:
    """Was this refused only after she had been asked for it? Her own word counts as she said it.

    Source  decision 0086
    """
    asked_at = proposal.asked_at
    if asked_at is None or current is None or current.status is Status.ONAY:
        return False
    is_hers = current.source is not None and current.source.side is Side.IYS
    said_at = current.consented_at if is_hers else None
    return proposal.status is Status.ONAY and (said_at or current.recorded_at) > asked_at


def _standing_over(current: Current | None) -> Over:
    return Over.NOTHING if current is None else Over(current.status)


def _refuse_provider(current: Current | None, proposal: Proposal, now: datetime) -> Refused | None:
    # Intake has asked this of its own clock; the database's decides when the two disagree.
    if proposal.consented_at is not None and proposal.consented_at > now:
        return _refuse_date("H162", proposal.consented_at)
    # A refusal is never too late; a consent that only repeats what stands does not come here.
    if proposal.is_late and proposal.consented_at and proposal.status is Status.ONAY:
        return _refuse_date("H467", proposal.consented_at)
    return _refuse_first(proposal) if current is None else _refuse_update(current, proposal)


def _refuse_date(code: str, consented_at: datetime) -> Refused:
    return Refused(code=code, location=("consentDate",), value=wire_time(consented_at))


def _refuse_first(proposal: Proposal) -> Refused | None:
    """No record begins with a refusal, whoever gives it.

    So no address reaches a brand that never had it.
    """
    if proposal.source is Source.HS_KARAR:
        return Refused(code="H486")
    if proposal.status is Status.RET:
        return Refused(code="H175")
    return None


def _refuse_update(current: Current, proposal: Proposal) -> Refused | None:
    """What a provider may not do to an existing record, in the order of the contract."""
    if current.status is proposal.status is Status.RET:
        return Refused(code="H174")
    if proposal.source is None:
        return Refused(code="H463")
    if proposal.consented_at is None:
        return Refused(code="H462")
    if current.consented_at is not None and proposal.consented_at <= current.consented_at:
        return Refused(code="H178")
    return None


def _dated_after(current: Current | None, said_at: datetime) -> datetime:
    """A citizen's word counts from when she says it, and always after what stands.

    Her refusal over a refusal is recorded too: else a consent dated between the two would win.
    """
    if current is None or current.consented_at is None:
        return said_at
    return max(said_at, current.consented_at + JUST_AFTER)


# may this be sent?

_ALLOWED_FOR = {
    Reason.OUT_OF_SCOPE: ("Reg. 2/2",),
    Reason.IYS_SYSTEM_MESSAGE: ("Reg. 5/1",),
    Reason.CONSENT_NOTICE: ("Reg. 7/3",),
    Reason.EXEMPT_6_1: ("Law 6563 6/1", "Reg. 6/1"),
    Reason.EXEMPT_6_2: ("Reg. 6/2",),
    Reason.EXEMPT_6_CM: ("Reg. 6",),
    Reason.CONSENT: ("Reg. 5/1",),
    Reason.MERCHANT_NOT_REJECTED: ("Law 6563 6/2", "Reg. 6/3"),
}
_DENIED_FOR = {
    Reason.CALLER_NOT_AUTHORISED: ("Reg. 11",),
    Reason.SENDER_NOT_REGISTERED: ("Reg. 5/2", "Reg. 11"),
    Reason.BRAND_NOT_ACTIVE: ("Reg. 4", "Reg. 5/2"),
    Reason.CONSENT_REQUEST_BY_CEM: ("Reg. 7/4",),
    Reason.DEALER_NOT_ACTIVE: (),
    Reason.NO_CONSENT: ("Reg. 5/3",),
    Reason.REJECTED: ("Law 6563 8", "Reg. 9"),
    Reason.REJECTED_LINE_CLOSED: ("Law 6563 8", "Reg. 9"),
    Reason.DEALER_NO_ACCESS: (),
    Reason.ADDRESS_REASSIGNED: (),
    Reason.MERCHANT_REJECTED: ("Law 6563 8", "Reg. 6/3"),
    Reason.MERCHANT_NOT_RECORDED: ("Reg. 6/3", "Reg. 6/6"),
}
_UNKNOWN_FOR: dict[Reason, tuple[str, ...]] = {
    Reason.INVALID_REQUEST: (),
    Reason.REGISTRY_UNAVAILABLE: ("Reg. 11/7",),
    Reason.UNDECIDABLE: (),
}
_DECISION = {
    reason: (decision, basis)
    for decision, reasons in (
        (Decision.ALLOWED, _ALLOWED_FOR),
        (Decision.DENIED, _DENIED_FOR),
        (Decision.UNKNOWN, _UNKNOWN_FOR),
    )
    for reason, basis in reasons.items()
}
_EXEMPT = {
    MessageKind.EXEMPT_SERVICE: Reason.EXEMPT_6_1,
    MessageKind.EXEMPT_ONGOING: Reason.EXEMPT_6_2,
    MessageKind.EXEMPT_CAPITAL_MARKET: Reason.EXEMPT_6_CM,
}
_BEFORE_ANY_FACT = frozenset(
    (Reason.INVALID_REQUEST, Reason.REGISTRY_UNAVAILABLE, Reason.CALLER_NOT_AUTHORISED)
)


def decide(question: Question, facts: Facts) -> Answer:
    """May this message be sent? The first reason that holds, in the order of `Reason`.

    Takes   facts: as they stood together at one moment; what is not known is None
    Gives   an answer to every question; what cannot be decided is UNKNOWN: do not send
    Source  law.md D-1 to D-22; Law 6563 art. 6, 8; Reg. 2/2, 5, 6, 7/3, 7/4, 9, 11/7
    """
    reason = _unanswerable(question, facts) or _exempt(question, facts) or _barred(question, facts)
    standing = facts.standing if reason is None else None
    reason = reason or _by_record(question, facts)
    decision, basis = _DECISION[reason]
    return Answer(
        decision=decision,
        reason=reason,
        notes=() if reason in _BEFORE_ANY_FACT else _notes(question, facts),
        basis=basis,
        decided_at=question.at,
        state_since=None if standing is None else standing.since,
        valid_until=_valid_until(question, facts, reason) if decision is Decision.ALLOWED else None,
    )


def _unanswerable(question: Question, facts: Facts) -> Reason | None:
    if not question.is_readable:
        return Reason.INVALID_REQUEST
    if not facts.is_fresh:
        return Reason.REGISTRY_UNAVAILABLE
    if not facts.is_caller_authorised:
        return Reason.CALLER_NOT_AUTHORISED
    return None


def _exempt(question: Question, facts: Facts) -> Reason | None:
    """Messages that need no consent; a claim that does not hold is judged as commercial."""
    kind = question.message_kind
    if kind is MessageKind.OUT_OF_SCOPE:
        return Reason.OUT_OF_SCOPE if facts.is_sender_out_of_scope else None
    if kind is MessageKind.IYS_FLOW:
        return Reason.IYS_SYSTEM_MESSAGE if facts.is_caller_registry else None
    if question.contains_promotion:
        return None
    if kind is MessageKind.CONSENT_NOTICE:
        until = facts.notice_until
        return Reason.CONSENT_NOTICE if until is not None and question.at <= until else None
    return _EXEMPT.get(kind)


def _barred(question: Question, facts: Facts) -> Reason | None:
    """Senders that may send nothing commercial, whatever the record says."""
    reason = _unless(Reason.SENDER_NOT_REGISTERED, fact=facts.is_sender_registered) or _unless(
        Reason.BRAND_NOT_ACTIVE, fact=facts.is_brand_active
    )
    if reason is None and question.asks_for_consent:
        return Reason.CONSENT_REQUEST_BY_CEM
    if reason is None and question.retailer_code is not None:
        return _unless(Reason.DEALER_NOT_ACTIVE, fact=facts.is_retailer_active)
    return reason


def _by_record(question: Question, facts: Facts) -> Reason:
    """The record decides; a recipient of unknown type is judged as a consumer, the stricter way."""
    if question.recipient_type is RecipientType.TACIR:
        return _as_merchant(question, facts)
    return _as_consumer(question, facts)


def _as_consumer(question: Question, facts: Facts) -> Reason:
    """Opt-in: nothing without a standing consent."""
    standing = facts.standing
    if standing is None:
        return Reason.NO_CONSENT
    if standing.status is Status.RET:
        is_closed = standing.source is Source.IYS_AHS_HAT_KAPATMA
        return Reason.REJECTED_LINE_CLOSED if is_closed else Reason.REJECTED
    barred = _dealer_barred(question, facts, standing)
    if barred is not None:
        return barred
    if facts.line_closed_at is not None and facts.line_closed_at > standing.since:
        return Reason.ADDRESS_REASSIGNED
    return Reason.CONSENT


def _as_merchant(question: Question, facts: Facts) -> Reason:
    """Opt-out: but the address must have been recorded first."""
    standing = facts.standing
    if standing is None:
        return Reason.MERCHANT_NOT_RECORDED
    if standing.status is Status.RET:
        return Reason.MERCHANT_REJECTED
    return _dealer_barred(question, facts, standing) or Reason.MERCHANT_NOT_REJECTED


def _dealer_barred(question: Question, facts: Facts, standing: Standing) -> Reason | None:
    """The dealer that took a consent may use it until its access is overridden."""
    if question.retailer_code is None or question.retailer_code == standing.retailer_code:
        return None
    return _unless(Reason.DEALER_NO_ACCESS, fact=facts.may_retailer_use)


def _unless(reason: Reason, *, fact: bool | None) -> Reason | None:
    if fact is None:
        return Reason.UNDECIDABLE
    return None if fact else reason


def _notes(question: Question, facts: Facts) -> tuple[Note, ...]:
    holds = (
        (Note.TYPE_ASSUMED, question.recipient_type is None),
        (
            Note.PROMOTION_IN_EXEMPT,
            question.contains_promotion and question.message_kind in _EXEMPT,
        ),
        (Note.OTHER_TYPE_REJECTED, facts.other_type_status is Status.RET),
        (Note.QUIET_HOURS, facts.is_quiet_hour),
        (Note.NO_MERSIS_IN_PROFILE, not facts.has_mersis),
    )
    return tuple(note for note, is_so in holds if is_so)


def _valid_until(question: Question, facts: Facts, reason: Reason) -> datetime:
    until = question.at + question.valid_for
    if reason is Reason.CONSENT_NOTICE and facts.notice_until is not None:
        return min(until, facts.notice_until)
    return until
