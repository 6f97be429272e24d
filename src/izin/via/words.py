"""What a request says to whom it asks: names that fit into a text message, or whole in a mail."""

from collections.abc import Sequence

from izin.brand.model import Brand
from izin.core.plain import cut, shown
from izin.core.terms import Channel
from izin.i18n.catalogue import Language
from izin.via.model import Form, KvkType, Title, Words
from izin.via.rules import Asked

NAME_ROOM, TEXTS_ROOM = 20, 24
"""Signs that a name takes in a text message of one segment."""

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
        "number": str(brands[0].brand_code) if brands else "",
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


def _in(words: Words, language: Language) -> str:
    return words.tr if language is Language.TR else words.en
