"""What İYS Yolu's calls answer, for the reader of the document. Source: contract 1.17."""

from typing import Any

from izin.core.terms import Channel, RecipientType
from izin.via.model import BRANDS_MAX, KvkType, Title
from izin.via.rules import Verification

_TEXT = {"type": "string"}


def _ok(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"message": message, "code": {"const": "OK"}},
        "required": ["message", "code"],
    }


def _texts(*names: str, needed: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict.fromkeys(names, _TEXT),
        "required": list(needed),
    }


_ANSWERED = ("transactionId", "creationDate", "type")
_OBTAINED = ("requestId", "type", "source", "iysCode", "recipient", "consentDate", "status")
_STANDS = ("requestId", "formId", "source", "iysCode", "recipient", "consentSource", "requestDate")
_CHOICE = ("consentTypeChoice", "consentType", "operationStatusMessage")

STARTED = _ok(_texts("requestId", needed=("requestId",)))
CONFIRMED = _ok(
    {"type": "array", "items": _texts(*_ANSWERED, "brandCode", needed=_ANSWERED)},
)
KVK = _ok(
    {
        "type": "array",
        "items": _texts(
            *_OBTAINED, "transactionId", "recipientName", "recipientIdNumber", needed=_OBTAINED
        ),
    }
)
LIST = _ok({"type": "array", "items": _TEXT})
STATUS = _ok(
    {
        "type": "object",
        "properties": {
            **dict.fromkeys((*_STANDS, "recipientType"), _TEXT),
            **dict.fromkeys(("recipientName", "recipientIdNumber"), _TEXT),
            "requestDetails": {
                "type": "array",
                "items": _texts(
                    *_CHOICE, "brandCode", "transactionId", "consentDate", needed=_CHOICE
                ),
            },
            "lastStatus": _texts("stage", "status", needed=("stage", "status")),
        },
        "required": [*_STANDS, "requestDetails", "lastStatus"],
    }
)


_VERIFICATION = {"type": "string", "enum": [each.value for each in Verification]}
_OF_ETK = {
    "type": "object",
    "properties": {
        "title": {"const": Title.ETK.value},
        "brandCodes": {"type": "array", "items": {"type": "integer"}, "maxItems": BRANDS_MAX},
        "types": {"type": "array", "items": {"enum": [each.value for each in Channel]}},
        "recipientType": {"enum": [each.value for each in RecipientType]},
    },
    "required": ["title", "brandCodes", "types", "recipientType"],
    "additionalProperties": False,
}
_OF_KVK = {
    "type": "object",
    "properties": {
        "title": {"const": Title.KVK.value},
        "types": {"type": "array", "items": {"enum": [each.value for each in KvkType]}},
        "personData": _texts("name", "recipientIdNumber", "address", needed=("name",)),
    },
    "required": ["title", "types", "personData"],
    "additionalProperties": False,
}
START: dict[str, Any] = {
    "type": "object",
    "properties": {
        "formId": {"type": ["string", "integer"]},
        "recipient": _TEXT,
        "verificationType": _VERIFICATION,
        "consentTypes": {
            "type": "array",
            "items": {"oneOf": [_OF_ETK, _OF_KVK]},
            "minItems": 1,
            "maxItems": len(Title),
        },
    },
    "required": ["formId", "recipient", "verificationType", "consentTypes"],
    "additionalProperties": False,
}
CONFIRM = {
    "type": "object",
    "properties": {
        "requestId": _TEXT,
        "verificationType": _VERIFICATION,
        "consentTypes": {
            "type": "array",
            "items": _texts("title", "otpCode", needed=("title", "otpCode")),
        },
    },
    "required": ["requestId", "verificationType", "consentTypes"],
    "additionalProperties": False,
}
SEARCH = _texts("type", "recipient", needed=("type", "recipient"))

WITHDRAWN = _texts("requestId", needed=("requestId",))
_MAYBE = {"type": ["string", "null"]}
_MESSAGE = {
    "type": "object",
    "properties": {
        "text": _TEXT,
        "version": {"type": "integer"},
        **dict.fromkeys(("subject", "body", "state"), _MAYBE),
        **dict.fromkeys(("sentAt", "arrivedAt", "supplierAt"), _MAYBE),
    },
    "required": ["text", "version", "subject", "body"],
}
_OF_TITLE = {
    "type": "object",
    "properties": {
        "title": {"enum": [each.value for each in Title]},
        "version": {"type": "integer"},
        "company": _TEXT,
        "brands": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"brandCode": {"type": "integer"}, "name": _TEXT},
                "required": ["brandCode", "name"],
            },
        },
        "messages": {"type": "array", "items": _MESSAGE},
        **dict.fromkeys(("codeHash", "salt", "canonical"), _MAYBE),
        **dict.fromkeys(("givenBy", "givenAt", "network", "evidenceHash"), _TEXT),
    },
    "required": ["title", "version", "messages", "codeHash", "givenAt", "evidenceHash"],
}
PROVEN = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("requestId", "formDigest", "verificationType", "recipient"), _TEXT),
        **dict.fromkeys(("informed", "startedBy", "startedAt"), _TEXT),
        **dict.fromkeys(("widgetUUID", "domain", "form"), _TEXT),
        "formId": {"type": "integer"},
        "formVersion": {"type": "integer"},
        "evidence": {"type": "array", "items": _OF_TITLE},
        "answers": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["requestId", "formDigest", "form", "informed", "evidence", "answers"],
}
