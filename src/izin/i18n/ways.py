"""How the ways of messages are called in texts that the registry sends: in GSM's letters."""

from collections.abc import Mapping
from types import MappingProxyType

from izin.core.terms import Channel
from izin.i18n.catalogue import Language, Phrase

_WAYS: Mapping[Channel, Phrase] = MappingProxyType(
    {
        Channel.MESAJ: Phrase("SMS", "texts"),
        Channel.ARAMA: Phrase("arama", "calls"),
        Channel.EPOSTA: Phrase("e-posta", "e-mail"),
    }
)


def way(channel: Channel, language: Language) -> str:
    """Give a way's name: ``arama``."""
    phrase = _WAYS[channel]
    return phrase.tr if language is Language.TR else phrase.en
