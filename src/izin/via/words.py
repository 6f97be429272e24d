"""What a request says to whom it asks: names that fit into a text message, or whole in a mail."""

from collections.abc import Mapping, Sequence

import msgspec

from izin.brand.model import Brand
from izin.core.codes import BrandCode
from izin.core.plain import cut, cut_list, shown
from izin.core.terms import Channel, Status
from izin.i18n.catalogue import Language
from izin.via.model import Form, KvkType, Title, Words
from izin.via.request import Detail
from izin.via.rules import Asked

NAME_ROOM, TEXTS_ROOM, GIVEN_ROOM = 20, 24, 150
"""Signs that a name takes in a text message of one segment; what she gave may take two."""

_CHANNELS = {
    Channel.MESAJ: Words("SMS", "texts"),
    Channel.ARAMA: Words("arama", "calls"),
    Channel.EPOSTA: Words("e-posta", "e-mail"),
}
_TEXTS = {
    KvkType.AYDINLATMA_METNI: Words("aydınlatma", "notice"),
    KvkType.ACIK_RIZA_METNI: Words("açık rıza", "consent"),
    KvkType.YURTDISI_AKTARIM: Words("yurt dışına aktarım", "transfer abroad"),
}
LETTERS = {Title.ETK: "via_code_etk", Title.KVK: "via_code_kvk"}
FRAMED = {Title.ETK: "via_frame_etk", Title.KVK: "via_frame_kvk"}
"""Of codes that are told to the company, and of those that she types into its page herself."""

RECORDED = {Title.ETK: "via_recorded_etk", Title.KVK: "via_recorded_kvk"}


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
        "channels": ", ".join(_in(_CHANNELS[each], language) for each in channels),
        "texts": " + ".join(_in(_TEXTS[each], language) for each in asked.kvk),
        "short": _in(form.draft.texts.short, language),
        "notice": _in(form.draft.texts.notice, language),
    }
    if not asked.verification.is_sms:
        return found
    return found | {
        "company": cut(shown(company), NAME_ROOM),
        "brand": cut(shown(names), NAME_ROOM),
        "texts": cut(shown(found["texts"]), TEXTS_ROOM),
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
            channel = _in(_CHANNELS[Channel(each.kind)], language)
            found.setdefault(each.brand_code, []).append(channel)
    is_sms = asked.verification.is_sms
    said = []
    for code, channels in found.items():
        name = known[code].name
        name = cut(shown(name), NAME_ROOM) if is_sms else name
        said.append(f"{name} ({', '.join(channels)})")
    return cut_list(said, GIVEN_ROOM) if is_sms else ", ".join(said)


def _in(words: Words, language: Language) -> str:
    return words.tr if language is Language.TR else words.en
