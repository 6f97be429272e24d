"""The one question: may this be sent? Every status call is a face of it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from izin.consent.check import Checker
from izin.consent.model import Answer, ConsentKey, Decision, Facts, Question, Standing
from izin.consent.rules import decide
from izin.core.terms import RecipientType, Source, Status


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for all addresses of one call: the question, and the facts about its asker."""

    question: Question
    facts: Facts


async def allowed(
    checker: Checker, keys: Sequence[ConsentKey], around: Circumstances
) -> list[bool]:
    """May it be sent to each address? For questions without a dealer.

    Cost    one round trip; one decision for each state that occurs, not for each address
    """
    standings = await checker.standings(keys)
    decided: dict[tuple[Status, Source | None] | None, bool] = {}
    answers: list[bool] = []
    for standing in standings:
        state = None if standing is None else (standing.status, standing.source)
        yes = decided.get(state)
        if yes is None:
            yes = _decide(around, standing, None).decision is Decision.ALLOWED
            decided[state] = yes
        answers.append(yes)
    return answers


async def ask(checker: Checker, keys: Sequence[ConsentKey], around: Circumstances) -> list[Answer]:
    """May it be sent to each address, why, and since when?

    Takes   keys: of the question's channel and type; an unknown type is asked as BIREYSEL
    Gives   one answer a key, in order, with the notes that the other recipient type gives rise to
    Cost    one round trip for both recipient types, one more where a dealer sends
    """
    twins = [msgspec.structs.replace(key, recipient_type=_other(key)) for key in keys]
    found = await checker.standings([*keys, *twins])
    standings, others = found[: len(keys)], found[len(keys) :]
    retailer = around.question.retailer_code
    listed: Sequence[bool | None] = [None] * len(keys)
    if retailer is not None:
        listed = await checker.may_use(keys, [retailer] * len(keys))
    return [
        _decide(around, standing, None if other is None else other.status, may_use)
        for standing, other, may_use in zip(standings, others, listed, strict=True)
    ]


def unreadable(around: Circumstances) -> Answer:
    """The answer for an address that does not read as one: unknown, so no."""
    question = msgspec.structs.replace(around.question, is_readable=False)
    return decide(question, around.facts)


def _decide(
    around: Circumstances,
    standing: Standing | None,
    other: Status | None,
    may_use: bool | None = None,  # noqa: FBT001  # a fact, not a switch
) -> Answer:
    facts = msgspec.structs.replace(
        around.facts, standing=standing, other_type_status=other, may_retailer_use=may_use
    )
    return decide(around.question, facts)


def _other(key: ConsentKey) -> RecipientType:
    if key.recipient_type is RecipientType.BIREYSEL:
        return RecipientType.TACIR
    return RecipientType.BIREYSEL


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """The facts about who asks, from the copy of the parties."""

    is_sender_registered: bool
    is_brand_active: bool
    is_retailer_active: bool | None = None

    def facts(self) -> Facts:
        """What is known before any record is read."""
        return Facts(
            is_fresh=True,
            is_caller_authorised=True,
            is_sender_registered=self.is_sender_registered,
            is_brand_active=self.is_brand_active,
            is_retailer_active=self.is_retailer_active,
        )


def now_question(key: ConsentKey, at: datetime) -> Question:
    """The plain question of the official calls: a commercial message, now."""
    return Question(at=at, channel=key.channel, recipient_type=key.recipient_type)
