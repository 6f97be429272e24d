"""What a form and a request of İYS Yolu are made of. Source: contract 1.17, tag İLETİ ViA."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Self

import msgspec

from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel

SHORT_MAX, TEXT_MAX, NAME_MAX = 60, 8_000, 80
"""Signs of what stands in a text message, of a whole text, and of a form's own name."""
BRANDS_MAX, DOMAINS_MAX = 20, 10


class Title(StrEnum):
    """What a form asks for; no code is ever of two. Source: KVKK 2025/1072."""

    ETK = "ETK"  # a consent to commercial messages, of brands
    KVK = "KVK"  # what the law on personal data asks for, of the company


class KvkType(StrEnum):
    """Which text of the law on personal data."""

    AYDINLATMA_METNI = "AYDINLATMA_METNI"
    ACIK_RIZA_METNI = "ACIK_RIZA_METNI"
    YURTDISI_AKTARIM = "YURTDISI_AKTARIM"


class FormKind(StrEnum):
    """How it is answered: by a code that is told, or by a link that is opened."""

    OTP = "OTP"
    SHORTURL = "SHORTURL"
    APPROVALURL = "APPROVALURL"


class FormState(StrEnum):
    """Where a version stands. One that was decided about never changes."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    tr: str
    en: str


class Texts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a form says.

    informed  what the company tells before it begins, and where: it declares so by each request
    short     the notice as it stands in a text message, in GSM's letters
    notice    the notice, whole
    consent   what she consents to; None of a form without messages
    kvk       the texts of the law on personal data
    kvk_short  the short notice of these alone; None: the registry says it in its own words
    """

    informed: Words
    short: Words
    notice: Words
    consent: Words | None = None
    kvk: dict[KvkType, Words] = {}
    kvk_short: Words | None = None

    def written(self) -> str:
        """Write it as it is stored: the same texts are the same bytes."""
        return msgspec.json.encode(self, order="deterministic").decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `written` wrote."""
        return msgspec.json.decode(text, type=cls)


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a company wants a form to be. Brands and channels are none without messages.

    domains  hosts of its own on whose pages the form may stand as a widget
    """

    kind: FormKind
    brands: tuple[BrandCode, ...]
    channels: tuple[Channel, ...]
    texts: Texts
    domains: tuple[str, ...] = ()

    def written(self) -> bytes:
        """Write it as it is hashed. Source: docs/vectors.md."""
        return msgspec.json.encode(self, order="deterministic")

    def digest(self) -> bytes:
        """Give the 32 bytes that fix it: what was approved, and what she was shown."""
        return hashlib.sha256(self.written()).digest()


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a form.

    reason      why it was rejected
    changed_at  when it came to its state
    """

    form_id: int
    version: int
    iys_code: IysCode
    name: str
    state: FormState
    draft: Draft
    reason: str
    changed_at: datetime
