"""What a widget's calls take and answer, for the reader of the document. Source: VİA FRAME."""

from typing import Any

from izin.api.widget_intake import CONSENT_TYPES, WAYS
from izin.core.terms import Channel, RecipientType
from izin.via.model import KvkType

_TEXT: dict[str, Any] = {"type": "string"}


def _status(*words: str, message: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"status": {"enum": list(words)}, "message": message, **more},
        "required": ["status", "message"],
    }


KEY = _status("SUCCESS", message={"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 1})
SCRIPT = {
    "type": "object",
    "properties": {
        "status": {"const": "SUCCESS"},
        "js": _TEXT,
        "css": _TEXT,
        "config": {"type": "object"},
    },
    "required": ["status", "js", "css", "config"],
}
STARTED = _status(
    "SUCCESS",
    message={
        "type": "object",
        "properties": {"requestId": _TEXT, "timeout": {"type": "integer"}},
        "required": ["requestId", "timeout"],
    },
)
COMPLETED = _status("SUCCESS", "PENDING", message=_TEXT)

_KEYS = dict.fromkeys(("cookieKey", "csrfToken", "nonceKey"), _TEXT)
_VERIFICATION = {"enum": [each.value for each in WAYS]}
_EXAMPLE_KEYS = {
    "cookieKey": "QzU2Z0h5T3BsS2pN",
    "csrfToken": "7c8c491fe16684b3a74241d0bd016a0c2fe31b30731f5a47964242d58213c590",
    "nonceKey": "a4c5c8c4a185ff87c82ab33096808b925f7b29c34423d74f6a7a69d0cc9a1340",
}
START = {
    "type": "object",
    "properties": {
        "etkTypes": {"type": "array", "items": {"enum": [each.value for each in Channel]}},
        "kvkTypes": {"type": "array", "items": {"enum": [each.value for each in KvkType]}},
        "recipient": _TEXT,
        "verificationType": _VERIFICATION,
        "recipientType": {"enum": [each.value for each in RecipientType]},
        "captchaText": _TEXT,
        "cid": _TEXT,
        "widgetUUID": _TEXT,
        "citizenName": _TEXT,
        **_KEYS,
    },
    "required": ["recipient", "verificationType", "recipientType", *_KEYS],
    "additionalProperties": False,
    "examples": [
        {
            "etkTypes": ["MESAJ"],
            "kvkTypes": [],
            "recipient": "+905990000001",
            "verificationType": "SMS_OTP",
            "recipientType": "BIREYSEL",
            **_EXAMPLE_KEYS,
        }
    ],
}
COMPLETE = {
    "type": "object",
    "properties": {
        "requestId": _TEXT,
        "otpCode": _TEXT,
        "kvkOtpCode": _TEXT,
        "verificationType": _VERIFICATION,
        "consentType": {"enum": list(CONSENT_TYPES)},
        **_KEYS,
    },
    "required": ["requestId", "verificationType", "consentType", *_KEYS],
    "additionalProperties": False,
    "examples": [
        {
            "requestId": "0198c5a2-7c1e-7d2b-9f3a-5b6c7d8e9f10",
            "otpCode": "26964207",
            "verificationType": "SMS_OTP",
            "consentType": "ETK",
            **_EXAMPLE_KEYS,
        }
    ],
}
