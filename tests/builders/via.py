"""Forms of İYS Yolu, as companies write them over the wire."""

from typing import Any

from builders.parties import BRAND_CODE


def said(words: str) -> dict[str, str]:
    return {"tr": f"{words} (Türkçe)", "en": f"{words} (English)"}


def a_form(**fields: Any) -> dict[str, Any]:
    """A draft; a field set to None is left out."""
    draft = {
        "kind": "OTP",
        "brands": [BRAND_CODE],
        "channels": ["MESAJ", "ARAMA"],
        "informed": said("Kasada görevli anlatır"),
        "short": {"tr": "Kampanya iletisi icin onay isteniyor.", "en": "Consent to campaigns."},
        "notice": said("Aydınlatma metni"),
        "consent": said("Onay metni"),
    } | fields
    return {name: value for name, value in draft.items() if value is not None}
