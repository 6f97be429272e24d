"""The law as two pure functions: may this be recorded, and may this be sent."""

from datetime import datetime, timedelta

from izin.consent.model import Accepted, Current, Proposal
from izin.core.clock import wire_time
from izin.core.errors import Refused
from izin.core.terms import Side, Source, Status

_JUST_AFTER = timedelta(microseconds=1)


def accept(current: Current | None, proposal: Proposal, *, now: datetime) -> Accepted | Refused:
    """May `proposal` become the record of its key?

    Takes   current: record of the same key, or None · now: aware instant, the database's
    Gives   Accepted with the final values, or the first refusal in the order of the contract
    Source  contract, rules 2-6, 11, 13, 22; Law 6563 art. 8/1; Reg. 5/1
    """
    if _is_citizens(proposal):
        refused = _refuse_first(proposal) if current is None else None
        consented_at: datetime | None = _dated_after(current, now)
    else:
        refused = _refuse_provider(current, proposal, now)
        consented_at = proposal.consented_at
    if refused is not None:
        return refused
    return Accepted(status=proposal.status, source=proposal.source, consented_at=consented_at)


def repeats(current: Current | None, proposal: Proposal) -> bool:
    """Is `proposal` the very movement that made the stored record?

    Takes   current: record of the same key, or None
    Gives   True for equal status, source and consent date: a retry, which makes no second event
    Source  contract 1.3 and 1.4, the v2 operations
    """
    return (
        current is not None
        and current.status is proposal.status
        and current.source is proposal.source
        and current.consented_at == proposal.consented_at
    )


def _is_citizens(proposal: Proposal) -> bool:
    return proposal.source is not None and proposal.source.side is Side.IYS


def _refuse_provider(current: Current | None, proposal: Proposal, now: datetime) -> Refused | None:
    # Intake has asked this of its own clock; the database's decides when the two disagree.
    if proposal.consented_at is not None and proposal.consented_at > now:
        value = wire_time(proposal.consented_at)
        return Refused(code="H162", location=("consentDate",), value=value)
    return _refuse_first(proposal) if current is None else _refuse_update(current, proposal)


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


def _dated_after(current: Current | None, now: datetime) -> datetime:
    """A citizen's word counts from now on, and always after what stands.

    Her refusal over a refusal is recorded too: else a consent dated between the two would win.
    """
    if current is None or current.consented_at is None:
        return now
    return max(now, current.consented_at + _JUST_AFTER)
