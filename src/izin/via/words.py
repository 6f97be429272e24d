"""What a request says to whom it asks: each name whole, in a text message in plain letters."""

from collections.abc import Mapping, Sequence

import msgspec

from izin.brand.model import Brand
from izin.core.codes import BrandCode
from izin.core.plain import shown
from izin.core.terms import Channel, Status
from izin.i18n.catalogue import Language
from izin.i18n.ways import way
from izin.via.model import Form, FormKind, KvkType, Texts, Title, Words
from izin.via.request import Detail, Text
from izin.via.rules import Asked
from izin.via.told import text_of

_TEXTS = {
    KvkType.AYDINLATMA_METNI: Words("aydınlatma", "notice"),
    KvkType.ACIK_RIZA_METNI: Words("açık rıza", "consent"),
    KvkType.YURTDISI_AKTARIM: Words("yurt dışına aktarım", "transfer abroad"),
}
_OF_KVK = Words(
    "kisisel verileriniz icin: {texts}. Reklam onayi degil.",
    "about your personal data: {texts}. No consent to adverts.",
)
_AND_KVK = Words(
    "Kisisel verileriniz icin ayrica: {texts}.", "And apart, on your personal data: {texts}."
)
"""What a short notice says of personal data where the form has no words of its own for that."""

NOTICE, LINK = "via_notice", "via_link"
NOTICE_KVK, LINK_KVK = "via_notice_kvk", "via_link_kvk"
"""The first of what she is sent; of personal data alone in words that name no messages."""

LETTERS = {Title.ETK: "via_code_etk", Title.KVK: "via_code_kvk"}
FRAMED = {Title.ETK: "via_frame_etk", Title.KVK: "via_frame_kvk"}
"""Of codes that are told to the company, and of those that she types into its page herself."""

BACK = {Title.ETK: "/consents", Title.KVK: "/answers"}
"""Where the citizens' pages take each back."""

RECORDED = {Title.ETK: "via_recorded_etk", Title.KVK: "via_recorded_kvk"}


def texts_before(
    form: Form, asked: Asked, places: Mapping[str, str], language: Language, *, framed: bool
) -> tuple[Text, ...]:
    """What she is sent before she answers: the notice and each code's text, or that of the link.

    Takes   places: `values`, and the ``url`` · framed: whether she types the codes in herself
    """
    words = FRAMED if framed else LETTERS
    is_otp = form.draft.kind is FormKind.OTP
    names = [first_words(asked), *(words[each] for each in asked.titles if is_otp)]
    is_sms = asked.verification.is_sms
    return tuple(text_of(each, language, places, is_sms=is_sms) for each in names)


def first_words(asked: Asked) -> str:
    """Which text leads to her answer: the notice, or the one with the link."""
    if asked.verification.form_kind is FormKind.OTP:
        return NOTICE_KVK if asked.etk is None else NOTICE
    return LINK_KVK if asked.etk is None else LINK


def text_after(
    form: Form,
    asked: Asked,
    details: Sequence[Detail],
    parties: tuple[str, Mapping[BrandCode, Brand]],
    of: tuple[Title, Language],
    told: tuple[str, str],
) -> Text | None:
    """What confirms to her what she gave under one title; None if she gave nothing there.

    Takes   details: answered · parties: the company's title, and its brands · told: where the
            citizens' pages are, which is her way back, and her receipt's number
    """
    (company, known), (title, language), (pages, receipt) = parties, of, told
    given = granted(asked, details)
    if title not in given.titles:
        return None
    named = [known[code] for code in given.etk.brands] if given.etk else []
    places = {
        **values(form, given, (company, named), language),
        "given": given_to(asked, details, known, language),
        "url": f"{pages}{BACK[title]}",
        "receipt": receipt,
    }
    return text_of(RECORDED[title], language, places, is_sms=asked.verification.is_sms)


def values(
    form: Form, asked: Asked, parties: tuple[str, Sequence[Brand]], language: Language
) -> dict[str, str]:
    """Give what stands in the places of a request's texts.

    Takes   parties: the company's title, and the brands that it asks for
    """
    company, brands = parties
    names = " + ".join(each.name for each in brands) or company
    channels = () if asked.etk is None else asked.etk.channels
    found = {
        "company": company,
        "brand": names,
        "channels": ", ".join(way(each, language) for each in channels),
        "texts": " + ".join(_in(_TEXTS[each], language) for each in asked.kvk),
        "short": _short(form.draft.texts, asked, language),
        "notice": _notice(form.draft.texts, asked, language),
    }
    if not asked.verification.is_sms:
        return found
    return found | {
        "company": shown(company),
        "brand": shown(names),
        "texts": shown(found["texts"]),
    }


def granted(asked: Asked, details: Sequence[Detail]) -> Asked:
    """Narrow what was asked to what she gave: of what she refused no confirmation speaks."""
    given = [each for each in details if each.status is Status.ONAY]
    kinds = {each.kind for each in given}
    brands = {each.brand_code for each in given if each.title is Title.ETK}
    etk = asked.etk
    if etk is not None:
        etk = msgspec.structs.replace(
            etk,
            brands=tuple(code for code in etk.brands if code in brands),
            channels=tuple(each for each in etk.channels if each in kinds),
        )
    kvk = tuple(each for each in asked.kvk if each in kinds)
    return msgspec.structs.replace(asked, etk=etk if brands else None, kvk=kvk)


def given_to(
    asked: Asked, details: Sequence[Detail], known: Mapping[BrandCode, Brand], language: Language
) -> str:
    """Say to which brand she gave which channels: no two brands need have the same."""
    found: dict[BrandCode, list[str]] = {}
    for each in details:
        if each.status is Status.ONAY and each.brand_code is not None:
            channel = way(Channel(each.kind), language)
            found.setdefault(each.brand_code, []).append(channel)
    is_sms = asked.verification.is_sms
    said = []
    for code, channels in found.items():
        name = known[code].name
        said.append(f"{shown(name) if is_sms else name} ({', '.join(channels)})")
    return ", ".join(said)


def _short(texts: Texts, asked: Asked, language: Language) -> str:
    """The short notice of what is asked: no title is announced as the other (KVKK 2025/1072)."""
    if not asked.kvk or texts.consent is None:
        return _in(texts.short, language)
    own = _OF_KVK if asked.etk is None else _AND_KVK
    named = shown(" + ".join(_in(_TEXTS[each], language) for each in asked.kvk))
    kvk = _in(texts.kvk_short or own, language).replace("{texts}", named)
    return kvk if asked.etk is None else f"{_in(texts.short, language)} {kvk}"


def _notice(texts: Texts, asked: Asked, language: Language) -> str:
    """The whole notice in a mail; of personal data alone its own texts, which name no messages."""
    if asked.etk is not None or texts.consent is None:
        return _in(texts.notice, language)
    return "\n\n".join(_in(texts.kvk[each], language) for each in asked.kvk)


def _in(words: Words, language: Language) -> str:
    return words.tr if language is Language.TR else words.en
