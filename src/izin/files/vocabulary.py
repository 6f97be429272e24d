"""The words that people write for channels, statuses, recipient types and sources.

Matched folded: case, marks, blanks and hyphens do not count, and all four i's are one letter.
Source: contract, tag TANIMLAR. A signature on paper ("Fiziksel İmza") is HS_ISLAK_IMZA, which
stands for a signed form; "Fiziksel ortam" without more is HS_FIZIKSEL_ORTAM.
"""

from collections.abc import Mapping

from izin.core.terms import PROVIDER_SOURCES, Channel, RecipientType, Source, Status
from izin.core.turkish import fold


def _by_word(spellings: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Map every folded spelling, the wire's own included, to the wire's word."""
    return {fold(word): str(code) for code, words in spellings.items() for word in (code, *words)}


CHANNELS = _by_word(
    {
        Channel.MESAJ: ("SMS", "kısa mesaj"),
        Channel.ARAMA: ("sesli arama", "call"),
        Channel.EPOSTA: ("e-posta", "email", "e-mail", "mail", "elektronik posta"),
    }
)
STATUSES = _by_word(
    {
        Status.ONAY: ("onaylı", "onay verdi", "approval"),
        Status.RET: ("red", "reddetti", "rejection"),
    }
)
RECIPIENT_TYPES = _by_word(
    {
        RecipientType.BIREYSEL: ("birey",),
        # Tradesmen are merchants here (law); KURUMSAL is the contract's own word of before 05/2020.
        RecipientType.TACIR: ("esnaf", "tacir/esnaf", "tacir ve esnaf", "kurumsal"),
    }
)
_SOURCES: dict[str, tuple[str, ...]] = {
    Source.HS_FIZIKSEL_ORTAM: ("fiziki ortam", "fiziksel"),
    Source.HS_ISLAK_IMZA: ("fiziksel imza", "imza", "imzalı form"),
    Source.HS_WEB: ("web sitesi", "internet sitesi"),
    Source.HS_CAGRI_MERKEZI: (),
    Source.HS_SOSYAL_MEDYA: (),
    Source.HS_EPOSTA: ("e-posta", "email", "elektronik posta"),
    Source.HS_MESAJ: ("SMS", "kısa mesaj"),
    Source.HS_MOBIL: ("mobil uygulama",),
    Source.HS_EORTAM: ("elektronik ortam", "elektronik"),
    Source.HS_ETKINLIK: (),
    Source.HS_2015: ("1 Mayıs 2015 öncesi", "2015 öncesi"),
    Source.HS_ATM: (),
    Source.HS_KARAR: ("firma kararı", "hizmet sağlayıcı kararı"),
}
SOURCES = _by_word(
    {source: (source.removeprefix("HS_"), *_SOURCES[source]) for source in PROVIDER_SOURCES}
)
