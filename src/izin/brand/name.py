"""What a brand may be called: by people, and by those who write to 3338."""

import re
from functools import cache
from unicodedata import normalize

from izin.core.errors import RefusalError, Refused
from izin.core.lookalike import likeness
from izin.core.names import is_brand_name
from izin.core.turkish import search_key

NAME_MAX = 255
_WORDS = (
    "RET",
    "RED",
    "IPTAL",
    "ONAY",
    "EVET",
    "HAYIR",
    "TUM",
    "DURUM",
    "YARDIM",
    "ARAMA",
    "MESAJ",
)
"""What 3338 itself understands: a brand of that name could not be told from it."""

_PAGES = (
    *(
        "account",
        "act",
        "acts",
        "addresses",
        "adresler",
        "adreslerim",
        "answers",
        "api",
        "app",
        "approve",
        "ara",
        "ayarlar",
    ),
    *("belge", "brand", "brands", "card", "change", "changes", "cikis", "citizen", "claim"),
    *("consents", "data", "dogrula", "edevlet", "erisim", "everything", "export", "favicon"),
    *("gateway", "gecmis", "giris", "healthz", "help", "history", "hepsi", "install", "izin"),
    *("izinler", "izinlerim", "kvkk", "language", "link", "links", "login", "manifest", "message"),
    *("moved", "mydata", "notice", "number", "numara", "offline", "onayla", "pass", "print"),
    *("readyz", "receipt", "receipts", "reddet", "refuse", "refuseall", "reject", "rejectall"),
    *("robots", "search", "session", "shown", "sikayet", "sitemap", "static", "undo", "verify"),
    *("verilerim", "via", "viapass", "widget", "worker", "www"),
)
"""Where the registry's own pages are, or may come to be: a brand's page goes by its short name."""

_SHORT = re.compile(r"(?=.*[a-z])[a-z0-9]{2,11}", re.ASCII).fullmatch


def key_of(name: str) -> str:
    """Give the key that no two brands share.

    Raises  RefusalError IZ018: it is not of Latin letters, digits and what stands between them in
            names, or too long
    """
    is_good = len(name) <= NAME_MAX and is_brand_name(normalize("NFC", name))
    key = likeness(name) if is_good else None
    if key is None:
        facts = (("most", str(NAME_MAX)),)
        raise RefusalError(Refused(code="IZ018", location=("name",), value=name, facts=facts))
    return key


def short_key_of(short_name: str) -> str:
    """Give the key of a short name: what people write after RET, in any spelling.

    Raises  RefusalError IZ020: it is not of 2 to 11 letters and digits, one a letter at least, so
            that it is never taken for a brand's number, or it is a word of 3338's own or a page
    """
    key = likeness(short_name)
    if key is None or not _SHORT(search_key(short_name)) or key in _taken():
        raise RefusalError(Refused(code="IZ020", location=("shortNames",), value=short_name))
    return key


def page_of(short_name: str) -> str:
    """Give the path of a brand's own page: letters that every keyboard has."""
    return f"/{search_key(short_name)}"


@cache
def _taken() -> frozenset[str | None]:
    return frozenset(map(likeness, (*_WORDS, *_PAGES)))
