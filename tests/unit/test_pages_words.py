"""The words of pages: both languages, none missing, none left over."""

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from izin.application.model import ApplicationState
from izin.audit.model import Action, PrincipalKind
from izin.brand.model import BrandStatus
from izin.citizen.bond import Bond
from izin.citizen.change import Left
from izin.citizen.undo import Stays
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.i18n.catalogue import Language
from izin.intermediary.model import IntermediaryState
from izin.member.model import PEOPLE, Role
from izin.partner.model import PartnerKind, PartnerState
from izin.provider.model import ProviderKind, ProviderState, Subscription
from izin.subscription.model import Module, Package, SubscriptionState
from izin.subscription.tariff import LEVEL_MAX
from izin.via.model import FormKind, FormState, KvkType
from izin.viapass.model import TemplateState
from izin.web.desk.packages import Excess, Which
from izin.web.shared.words import book, count_in_words, day_in_words

WEB = Path(__file__).parents[2] / "src" / "izin" / "web"
SOURCES = [path.read_text("utf-8") for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]]
LISTED = {
    "action": [each.replace(".", "_") for each in Action],
    "application_state": ApplicationState,
    "brand_state": BrandStatus,
    "carrier_state": IntermediaryState,
    "company_kind": ProviderKind,
    "company_state": ProviderState,
    "module": Module,
    "month": map(str, range(1, 13)),
    "package_excess": Excess,
    "package_level": map(str, range(LEVEL_MAX + 1)),
    "package_name": Package,
    "package_which": Which,
    "partner_kind": PartnerKind,
    "partner_state": PartnerState,
    "principal": PrincipalKind,
    "process": ("web", "keeper", "desk", "courier", "citizen", "agent", "sequencer"),
    "channel": Channel,
    "consent": Status,
    "done": [*Left, *Stays, *(f"gateway_{each}" for each in Bond)],
    "recipient": RecipientType,
    "source": Source,
    "via_kind": FormKind,
    "via_state": [each for each in FormState if each is not FormState.DRAFT],
    "via_text": ["informed", "short", "notice", "consent", "kvk_short", *KvkType],
    "role": PEOPLE | {Role.AGENT},
    "language": Language,
    "text_state": TemplateState,
    "subscription": Subscription,
    "subscription_state": SubscriptionState,
}
LISTED_KEYS = {f"{heading}.{name}" for heading, names in LISTED.items() for name in names}
PUT_TOGETHER = {"mine", "trouble", "member", "field", "citizen", "outside", "agent", "calls"}
"""Headings under which a key is made from what happened, or from a field's name."""

SAID = re.compile(
    r"\"((?:desk|agent|citizen|link|outside|frame|nav|sign_in|invitation|trouble|health|trail|application|agreement|"
    r"company|package|brand|move|partner|carrier|member|invited|form|fault|process)\.\w+)\""
)


def test_every_word_of_the_field_s_lists_is_said():
    assert book().keys() >= LISTED_KEYS


def test_what_pages_say_is_in_the_book():
    said = {
        key
        for source in SOURCES
        for key in SAID.findall(source)
        if not key.endswith(("_", ".html", ".css"))
    }
    assert len(said) > 150
    assert said <= book().keys()


def test_nothing_is_left_over():
    text = "\n".join(SOURCES)
    unused = []
    for key in book().keys() - LISTED_KEYS:
        heading, _, name = key.partition(".")
        spelled = f'"{key}"' in text or re.search(rf"\b{re.escape(name)}\b", text)
        if not spelled and heading not in PUT_TOGETHER:
            unused.append(key)
    assert unused == []


@pytest.mark.parametrize("key", sorted(book()))
def test_both_languages_name_the_same(key):
    turkish, english = (book()[key][language] for language in Language)
    names = [
        {each[1] for each in Formatter().parse(text) if each[1]} for text in (turkish, english)
    ]
    assert names[0] == names[1]
    assert turkish
    assert english


def test_counts_and_days_are_written_as_people_do():
    assert count_in_words(1234567, Language.TR) == "1.234.567"
    assert count_in_words(1234567, Language.EN) == "1,234,567"
    assert day_in_words(date(2026, 11, 26), Language.TR) == "26 Kasım 2026"
