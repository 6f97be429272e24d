"""The closed vocabularies of the field, with the values that the law and the contract write."""

from enum import StrEnum


class Channel(StrEnum):
    """Kanal: by which way a message comes. Wire key ``type``."""

    ARAMA = "ARAMA"
    MESAJ = "MESAJ"
    EPOSTA = "EPOSTA"


class RecipientType(StrEnum):
    """Alıcı tipi: consumer, or merchant and tradesman."""

    BIREYSEL = "BIREYSEL"
    TACIR = "TACIR"


class Status(StrEnum):
    """İzin durumu: consent or refusal."""

    ONAY = "ONAY"
    RET = "RET"


class Side(StrEnum):
    """Who moved a consent: the provider (HS) or the recipient through the registry (IYS).

    ACCESS  nobody did: its dealers changed, which stands in no feed
    """

    HS = "HS"
    IYS = "IYS"
    ACCESS = "ACCESS"


class Source(StrEnum):
    """Kaynak: where a consent or a refusal was given. Source: contract, tag TANIMLAR."""

    HS_FIZIKSEL_ORTAM = "HS_FIZIKSEL_ORTAM"
    HS_ISLAK_IMZA = "HS_ISLAK_IMZA"
    HS_WEB = "HS_WEB"
    HS_CAGRI_MERKEZI = "HS_CAGRI_MERKEZI"
    HS_SOSYAL_MEDYA = "HS_SOSYAL_MEDYA"
    HS_EPOSTA = "HS_EPOSTA"
    HS_MESAJ = "HS_MESAJ"
    HS_MOBIL = "HS_MOBIL"
    HS_EORTAM = "HS_EORTAM"
    HS_ETKINLIK = "HS_ETKINLIK"
    HS_2015 = "HS_2015"
    HS_ATM = "HS_ATM"
    HS_KARAR = "HS_KARAR"
    IYS_KISAMESAJ = "IYS_KISAMESAJ"
    IYS_CM = "IYS_CM"
    IYS_WEB = "IYS_WEB"
    IYS_WEB_YENI = "IYS_WEB_YENI"
    IYS_MOBIL = "IYS_MOBIL"
    IYS_EPOSTA = "IYS_EPOSTA"
    IYS_AHS_HAT_KAPATMA = "IYS_AHS_HAT_KAPATMA"
    IYS_FRAME_EPOSTA = "IYS_FRAME_EPOSTA"
    IYS_FRAME_SMS = "IYS_FRAME_SMS"

    @property
    def side(self) -> Side:
        """Who may use this source."""
        return Side.HS if self.startswith("HS_") else Side.IYS


PROVIDER_SOURCES: tuple[Source, ...] = tuple(s for s in Source if s.side is Side.HS)
"""The thirteen sources that a provider may write, in the order of the contract."""
