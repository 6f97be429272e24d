"""The seven steps of İYS Yolu, none of which can be skipped, and what may be begun. Pure.

A request may ask for two things, by a code for each. They share the notice and its end; each is
answered by itself, in any order, and what was answered stays so whatever becomes of the other.

Source  slides, İYS Yolu; contract 1.17, getViaRequest; rules 3.4
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

import msgspec

from izin.core.codes import BrandCode
from izin.core.errors import Refused
from izin.core.terms import Channel, RecipientType, Source
from izin.via.model import Form, FormKind, KvkType, Title

TRIES_MAX = 3
"""Of a request, whichever of its codes were wrong. Source: contract 1.17."""
NOTICE_WAIT = timedelta(minutes=10)
"""How long a notice is waited for; without the word that it is there no code is ever sent."""
CODE_LIFE = timedelta(minutes=3)
LINK_LIFE = timedelta(hours=24)


class Step(StrEnum):
    """Where a request stands."""

    NOTICE = "NOTICE"  # the notice is on its way
    CODE = "CODE"  # it has arrived, and the codes were sent
    LINK = "LINK"  # the link was sent
    OPENED = "OPENED"  # and opened
    DONE = "DONE"  # she has answered all of it, and that is recorded
    UNSENT = "UNSENT"  # a message did not arrive
    EXPIRED = "EXPIRED"  # nobody answered in time
    LOCKED = "LOCKED"  # three wrong codes
    WITHDRAWN = "WITHDRAWN"  # the company has given it up
    REFUSED = "REFUSED"  # she has refused since she was asked, or the address is hers no more


_ENDS = frozenset({Step.UNSENT, Step.EXPIRED, Step.WITHDRAWN, Step.REFUSED})
FOLLOWS: Mapping[Step, frozenset[Step]] = MappingProxyType(
    {
        Step.NOTICE: _ENDS - {Step.EXPIRED} | {Step.CODE},
        Step.CODE: _ENDS | {Step.DONE, Step.LOCKED},
        Step.LINK: _ENDS | {Step.OPENED},
        Step.OPENED: _ENDS - {Step.UNSENT} | {Step.DONE},
    }
)
"""What may come after what; nothing after the others. The table's own trigger says the same."""

OPEN = frozenset(FOLLOWS)


class Verification(StrEnum):
    """By which way she answers. Source: contract, verificationType."""

    SMS_SHORTURL = "SMS_SHORTURL"
    EPOSTA_SHORTURL = "EPOSTA_SHORTURL"
    SMS_OTP = "SMS_OTP"
    EPOSTA_OTP = "EPOSTA_OTP"
    EPOSTA_APPROVALURL = "EPOSTA_APPROVALURL"

    @property
    def is_sms(self) -> bool:
        """Does it go to a telephone?"""
        return self.startswith("SMS_")

    @property
    def form_kind(self) -> FormKind:
        """Forms of which kind it goes with."""
        return FormKind(self.rpartition("_")[2])

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What may be consented to by it: what the address is reached by."""
        return (Channel.MESAJ, Channel.ARAMA) if self.is_sms else (Channel.EPOSTA,)

    @property
    def source(self) -> Source:
        """Of what it records."""
        return Source.IYS_KISAMESAJ if self.is_sms else Source.IYS_EPOSTA

    @property
    def source_of_frames(self) -> Source:
        """Of what it records where a widget on a company's page has begun it."""
        return Source.IYS_FRAME_SMS if self.is_sms else Source.IYS_FRAME_EPOSTA


class Etk(msgspec.Struct, frozen=True):
    """To which messages a consent is asked for."""

    brands: tuple[BrandCode, ...]
    channels: tuple[Channel, ...]
    recipient_type: RecipientType


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks for: one of both titles, or both."""

    verification: Verification
    etk: Etk | None = None
    kvk: tuple[KvkType, ...] = ()

    @property
    def titles(self) -> tuple[Title, ...]:
        """Each of which has a code of its own."""
        etk = (Title.ETK,) if self.etk is not None else ()
        return etk + ((Title.KVK,) if self.kvk else ())

    @property
    def count(self) -> int:
        """How many consents or refusals may come of it: so many credits."""
        etk = 0 if self.etk is None else len(self.etk.brands) * len(self.etk.channels)
        return etk + len(self.kvk)


def unfit(form: Form, asked: Asked) -> Refused | None:
    """What a form in force does not let a request ask for. Source: contract, startViaRequest."""
    if form.draft.kind is not asked.verification.form_kind:
        return Refused(code="H1065", facts=(("kind", form.draft.kind.value),))
    if asked.etk is not None:
        refused = _unfit_etk(form, asked.verification, asked.etk)
        if refused is not None:
            return refused
    return None if set(asked.kvk) <= set(form.draft.texts.kvk) else Refused(code="H1054")


def _unfit_etk(form: Form, verification: Verification, etk: Etk) -> Refused | None:
    for channel in etk.channels:
        if channel not in verification.channels:
            fitting = ", ".join((*verification.channels, *KvkType))
            return Refused(
                code="H1086",
                facts=(
                    ("type", channel.value),
                    ("verification", verification.value),
                    ("types", fitting),
                ),
            )
    if form.draft.texts.consent is None or not set(etk.channels) <= set(form.draft.channels):
        return Refused(code="H1054")
    if not set(etk.brands) <= set(form.draft.brands):
        return Refused(code="H1014")
    if verification is Verification.EPOSTA_APPROVALURL and len(etk.brands) > 1:
        return Refused(code="H1066")
    return None


class Stands(msgspec.Struct, frozen=True, kw_only=True):
    """What a request's standing is shown by.

    is_out  has what she answers by been handed over: link, or a code that is still open?
    done    what of it is answered, while something else may be open still
    """

    step: Step
    verification: Verification
    tries: int
    due_at: datetime | None
    was_opened: bool = False
    is_out: bool = True
    done: frozenset[Title] = frozenset()

    def of(self, title: Title, now: datetime) -> Step:
        """Where one of the things that it asks for stands: what was answered stays answered."""
        return Step.DONE if title in self.done else self.at(now)

    def at(self, now: datetime) -> Step:
        """Where it stands at a moment: what is overdue is over, whoever has written that down."""
        if self.due_at is None or self.due_at > now:
            return self.step
        return Step.UNSENT if self.step is Step.NOTICE else Step.EXPIRED


def shown(stands: Stands, now: datetime) -> tuple[str, str]:
    """Stage and status of a request. Source: contract, getViaRequest, the three tables."""
    step = stands.at(now)
    is_otp = stands.verification.form_kind is FormKind.OTP
    if step in (Step.NOTICE, Step.LINK):
        is_told = step is Step.LINK and stands.is_out
        return ("CONSENT_REQUESTED", "PENDING") if is_told else ("SUCCESS", "START")
    if step is Step.CODE:
        if not stands.is_out and not stands.tries:
            return "SUCCESS", "START"
        return "CONSENT_REQUESTED", "OTP_CODE_INCORRECT" if stands.tries else "PENDING"
    if step in (Step.EXPIRED, Step.WITHDRAWN, Step.REFUSED):
        link = "SHORT_URL_EXPIRED" if stands.was_opened else "LINK_CLICK_TIMEOUT"
        return "COMPLETED", "OTP_CODE_EXPIRED" if is_otp else link
    return _SHOWN[step]


_SHOWN = {
    Step.OPENED: ("REQUEST_OPENED", "PENDING"),
    Step.DONE: ("COMPLETED", "SUCCESS"),
    Step.UNSENT: ("COMPLETED", "SMSMAIL_OUT_FAILURE"),
    Step.LOCKED: ("COMPLETED", "OTP_CODE_INCORRECT"),
}


def may_be_confirmed(
    stands: Stands, verification: Verification, titles: Iterable[Title], now: datetime
) -> Refused | None:
    """What keeps codes of some titles from being taken, before they are looked at.

    Source  contract, VIA İşlem Tamamlama
    """
    if verification.form_kind is not FormKind.OTP:
        return Refused(code="H1056")
    if verification is not stands.verification:
        return Refused(code="H1064")
    codes = [_OVER[step] for each in titles if (step := stands.of(each, now)) in _OVER]
    return Refused(code=codes[0]) if codes else None


_OVER = {
    Step.NOTICE: "H1028",
    Step.DONE: "H1032",
    Step.UNSENT: "H1049",
    Step.EXPIRED: "H1051",
    Step.LOCKED: "H1050",
    Step.WITHDRAWN: "H1051",
    Step.REFUSED: "IZ165",
}


def not_answered(stands: Stands, now: datetime) -> str:
    """Say by which code why a request has no answer: it is over, or she may give one still."""
    step = stands.at(now)
    return "H1072" if step in OPEN else _OVER[step]


def wrong_titles(asked: Iterable[Title], given: Iterable[Title]) -> bool:
    """Is a code given for what was never asked?"""
    return not set(given) <= set(asked)
