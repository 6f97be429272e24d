"""The registry of one address in one brand, against a model of forty lines written from the rules.

Movements of the company and of the citizen, sent again, several in a call or two at once: whatever
the order, the answers, the state, the history and the past are those of one serial order.
"""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count, permutations
from typing import Any

import msgspec
import pytest
from builders.heart import Heart, a_key, a_proposal, phone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from izin.consent.ask import Asker, Circumstances, allowed, ask, now_question
from izin.consent.event import Actor
from izin.consent.history import as_of, history
from izin.consent.model import ConsentKey, Decision, Note, Proposal, Reason, Verdict
from izin.consent.record import OnRepeat
from izin.core.errors import Refused
from izin.core.terms import RecipientType, Source, Status

ONAY, RET = Status.ONAY, Status.RET
MINUTE = timedelta(minutes=1)
PHONES = count(1)
NEIGHBOUR = phone(0)
"""Has consented; asked about in the same breath."""


class Moved(msgspec.Struct):
    status: Status
    source: Source | None
    at: datetime | None
    by: int  # which of the proposals of a step made it
    tx: str = ""
    known_at: datetime | None = None


# --- the model: no line of it is shared with the rules ----------------------------------------


class Model:
    def __init__(self, past: list[Moved]) -> None:
        self.past = list(past)

    def takes(self, by: int, asked: Proposal, *, answers_repeats: bool, now: datetime) -> str:
        last = self.past[-1] if self.past else None
        is_citizens = str(asked.source).startswith("IYS_")
        same = last and (last.status, last.source, last.at) == (
            *(asked.status, asked.source, asked.consented_at),
        )
        if answers_repeats and same:
            return "Repeated"
        refused = self._first(asked) if last is None else None
        if not is_citizens:
            if asked.consented_at and asked.consented_at > now:
                return "H162"
            refused = refused or (self._next(last, asked) if last else None)
        if refused is None:
            at = now if is_citizens else asked.consented_at
            self.past.append(Moved(asked.status, asked.source, at, by))
        return refused or "Recorded"

    def _first(self, asked: Proposal) -> str | None:
        return {Source.HS_KARAR: "H486"}.get(asked.source) or (
            "H175" if asked.status == RET else None
        )

    def _next(self, last: Moved, asked: Proposal) -> str | None:
        if (last.status, asked.status) == (RET, RET):
            return "H174"
        if asked.source is None or asked.consented_at is None:
            return "H463" if asked.source is None else "H462"
        return "H178" if last.at and asked.consented_at <= last.at else None

    def known(self, valid_at: datetime, known_at: datetime) -> Moved | None:
        state = None
        for moved in self.past:
            if moved.known_at <= known_at and (moved.at or moved.known_at) <= valid_at:
                state = moved
        return state


# --- the machine ------------------------------------------------------------------------------

TYPES = tuple(RecipientType)
MINUTES_AGO = st.one_of(st.integers(0, 8), st.just(-60), st.none())  # none: no date at all
COMPANY = st.tuples(
    st.sampled_from(TYPES),
    st.sampled_from((ONAY, RET)),
    st.sampled_from((Source.HS_WEB, Source.HS_WEB, Source.HS_MESAJ, Source.HS_KARAR, None)),
    MINUTES_AGO,
)
CITIZEN = st.tuples(
    st.sampled_from(TYPES),
    st.sampled_from((ONAY, RET, RET)),
    st.sampled_from((Source.IYS_WEB, Source.IYS_KISAMESAJ)),
    st.none(),
)
MODES = st.sampled_from(OnRepeat)


class Machine(RuleBasedStateMachine):
    """Acts on the real writer and on the model, and compares."""

    def __init__(self, heart: Heart, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.heart = heart
        self.loop = loop
        address = a_key(next(PHONES)).address
        self.keys = {kind: a_key(recipient_type=kind, address=address) for kind in TYPES}
        self.models = {kind: Model([]) for kind in TYPES}
        self.start = datetime.now(UTC)
        self.sent: list[Proposal] = []

    def wait(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def proposal(self, drawn: tuple[RecipientType, Status, Source | None, int | None]) -> Proposal:
        kind, status, source, ago = drawn
        at = None if ago is None else self.start - ago * MINUTE
        if ago == 0:  # later than all that was recorded so far
            at = datetime.now(UTC)
        made = Proposal(key=self.keys[kind], status=status, source=source, consented_at=at)
        if kind is RecipientType.BIREYSEL and source in (Source.HS_WEB, Source.HS_MESAJ, None):
            # a consumer's movement always has both
            made = msgspec.structs.replace(
                made, source=source or Source.HS_WEB, consented_at=at or self.start - 9 * MINUTE
            )
        self.sent.append(made)
        return made

    @rule(drawn=COMPANY, mode=MODES)
    def company_moves(self, drawn, mode) -> None:
        self.step([self.proposal(drawn)], mode)

    @rule(drawn=CITIZEN)
    def citizen_moves(self, drawn) -> None:
        self.step([self.proposal(drawn)], OnRepeat.BY_RULES)

    @rule(back=st.integers(0, 5), mode=MODES)
    def somebody_sends_again(self, back, mode) -> None:
        if len(self.sent) > back:
            self.step([self.sent[-1 - back]], mode)

    @rule(drawn=st.lists(st.one_of(COMPANY, CITIZEN), min_size=2, max_size=5), mode=MODES)
    def several_in_one_call(self, drawn, mode) -> None:
        self.step([self.proposal(each) for each in drawn], mode)

    @rule(first=COMPANY, second=st.one_of(COMPANY, CITIZEN), mode=MODES)
    def two_at_once(self, first, second, mode) -> None:
        pair = [self.proposal(first), self.proposal((first[0], *second[1:]))]
        self.step(pair, mode, at_once=True)

    @rule(drawn=COMPANY, mode=MODES)
    def the_same_twice_at_once(self, drawn, mode) -> None:
        self.step([self.proposal(drawn)] * 2, mode, at_once=True)

    def step(self, asked: list[Proposal], mode: OnRepeat, *, at_once: bool = False) -> None:
        """Do it, and find the serial order whose answers and history are the same."""
        call = self._at_once(asked, mode) if at_once else self._in_one_call(asked, mode)
        verdicts: list[Verdict] = self.wait(call)
        told = [v.code if isinstance(v, Refused) else type(v).__name__ for v in verdicts]
        by_tx = {
            verdict.transaction_id: by
            for by, verdict in enumerate(verdicts)
            if told[by] == "Recorded"
        }
        places = range(len(asked))
        orders = list(permutations(places)) if at_once else [tuple(places)]
        outcomes = [self._serially(asked, order, mode) for order in orders]
        known = {kind: self._past(kind) for kind in TYPES}
        made = {
            kind: [by_tx[m.transaction_id] for m in known[kind] if m.transaction_id in by_tx]
            for kind in TYPES
        }
        matching = [
            models
            for codes, models in outcomes
            if codes == told and all(self._new(models[kind], kind) == made[kind] for kind in TYPES)
        ]
        assert matching, (told, made, outcomes)
        self.models = matching[0]
        for kind in TYPES:
            self._adopt(self.models[kind].past, known[kind])
        self._repeats_cite_the_last(asked, verdicts, told)

    async def _in_one_call(self, asked, mode) -> list[Verdict]:
        # the side follows from the source; who is named as actor decides nothing
        return await self.heart.record(*asked, actor=Actor.PROVIDER, on_repeat=mode)

    async def _at_once(self, asked, mode) -> list[Verdict]:
        each = [self.heart.record(one, on_repeat=mode) for one in asked]
        return [verdict for [verdict] in await asyncio.gather(*each)]

    def _serially(self, asked, order, mode) -> tuple[list[str], dict[RecipientType, Model]]:
        models = {kind: Model(self.models[kind].past) for kind in TYPES}
        codes = [""] * len(asked)
        now = datetime.now(UTC)
        for by in order:
            model = models[asked[by].key.recipient_type]
            codes[by] = model.takes(by, asked[by], answers_repeats=mode is OnRepeat.ANSWER, now=now)
            now += timedelta(microseconds=1)
        return codes, models

    def _new(self, model: Model, kind: RecipientType) -> list[int]:
        return [moved.by for moved in model.past[len(self.models[kind].past) :]]

    def _past(self, kind: RecipientType) -> list[Any]:
        """The key's movements as the registry tells them, oldest first."""

        async def read() -> list[Any]:
            async with self.heart.database.connection() as connection:
                found = await history(
                    connection, self.heart.keyring, self.keys[kind], offset=0, limit=1000
                )
            assert found.total_count == len(found.movements)
            return found.movements[::-1]

        return self.wait(read())

    def _adopt(self, past: list[Moved], known: list[Any]) -> None:
        """Take over receipts, and the dates that a citizen's movements were given."""
        assert len(past) == len(known)
        for before, moved, told in zip([None, *past], past, known, strict=False):
            if not moved.tx and str(moved.source).startswith("IYS_"):
                assert told.consented_at <= told.recorded_at
                assert before is None or before.at is None or told.consented_at > before.at
                moved.at = told.consented_at
            moved.tx, moved.known_at = told.transaction_id, told.recorded_at
            assert (moved.status, moved.source, moved.at) == (
                *(told.status, told.source, told.consented_at),
            )
            assert before is None or moved.known_at > before.known_at

    def _repeats_cite_the_last(self, asked, verdicts, told) -> None:
        for one, verdict, code in zip(asked, verdicts, told, strict=True):
            if code == "Repeated":
                past = self.models[one.key.recipient_type].past
                assert verdict.transaction_id in {moved.tx for moved in past}

    @invariant()
    def the_question_is_answered_as_the_model_says(self) -> None:
        for kind, key in self.keys.items():
            last = (self.models[kind].past or [None])[-1]
            other = (self.models[TYPES[1 - TYPES.index(kind)]].past or [None])[-1]
            [answer], [yes, is_neighbour_allowed] = self.wait(self._asked(key))
            assert is_neighbour_allowed
            assert yes is (last is not None and last.status is ONAY)
            assert answer.decision is (Decision.ALLOWED if yes else Decision.DENIED)
            assert answer.reason is REASONS[kind, last and last.status]
            assert answer.state_since == (last and (last.at or last.known_at))
            is_other_refused = other is not None and other.status is RET
            assert (Note.OTHER_TYPE_REJECTED in answer.notes) is is_other_refused

    async def _asked(self, key: ConsentKey) -> tuple[list[Any], list[bool]]:
        asker = Asker(is_sender_registered=True, is_brand_active=True)
        around = Circumstances(question=now_question(key, datetime.now(UTC)), facts=asker.facts())
        checker = self.heart.checker
        neighbour = msgspec.structs.replace(key, address=NEIGHBOUR)
        told = await ask(checker, [key], around)
        return told, await allowed(checker, [key, neighbour], around)

    @invariant()
    def the_past_is_what_it_was_and_what_was_known_of_it(self) -> None:
        for kind, model in self.models.items():
            newest_first = self._past(kind)[::-1]
            instants = {m.known_at for m in model.past} | {m.at for m in model.past if m.at}
            edges = [at + step for at in instants for step in (-EDGE, 0 * EDGE)]
            for valid_at in edges[:12]:
                for known_at in edges[:12]:
                    told = as_of(newest_first, valid_at=valid_at, known_at=known_at)
                    known = model.known(valid_at, known_at)
                    assert (told and told.transaction_id) == (known and known.tx)


EDGE = timedelta(microseconds=1)
REASONS = {
    (RecipientType.BIREYSEL, None): Reason.NO_CONSENT,
    (RecipientType.BIREYSEL, RET): Reason.REJECTED,
    (RecipientType.BIREYSEL, ONAY): Reason.CONSENT,
    (RecipientType.TACIR, None): Reason.MERCHANT_NOT_RECORDED,
    (RecipientType.TACIR, RET): Reason.MERCHANT_REJECTED,
    (RecipientType.TACIR, ONAY): Reason.MERCHANT_NOT_REJECTED,
}


async def lives(heart: Heart, examples: int, steps: int) -> None:
    loop = asyncio.get_running_loop()
    neighbours = [a_key(recipient_type=kind, address=NEIGHBOUR) for kind in TYPES]
    await heart.record(*(a_proposal(key=key) for key in neighbours))
    await asyncio.to_thread(
        run_state_machine_as_test,
        lambda: Machine(heart, loop),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
        ),
    )


async def test_an_address_in_a_brand_lives_as_the_model_says(heart):
    await lives(heart, examples=25, steps=15)


@pytest.mark.drill
async def test_an_address_in_a_brand_lives_as_the_model_says_for_long(heart):
    await lives(heart, examples=4000, steps=25)
