"""Companies as they apply; numbers are of ranges in which nobody was born or founded."""

from typing import Any

from builders.dealers import a_mersis, a_tckn, a_vkn
from builders.watch import used


def a_signatory(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Somebody who signs."""
    return {
        "name": f"Deneme Kişi {number}",
        "tckn": a_tckn(700 + number),
        "mobile": used(f"+90599{8_000_000 + number}"),
        "email": used(f"imza{number}@firma.example"),
    } | fields


def an_application(number: int = 1, **fields: Any) -> dict[str, Any]:
    """The body of an application; a field set to None is left out."""
    body = {
        "kind": "TACIR",
        "title": f"Kurgu Sanayi {number} A.Ş.",
        "brandName": f"Kurgu {number}",
        "mersis": a_mersis(500 + number),
        "tin": a_vkn(500 + number),
        "mobile": used(f"+90599{8_100_000 + number}"),
        "email": used(f"iletisim{number}@firma.example"),
        "isJointSignature": False,
        "signatories": [a_signatory(1)],
    } | fields
    return {name: value for name, value in body.items() if value is not None}
