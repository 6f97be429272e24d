"""Errors as ViA PASS draws them: `errorCode` and `errorMessage`, and what lies behind these.

Source  the contract's codes of ViA PASS, and its examples: what the registry's other parts refuse
        is a sub-system's word (ERR-SYS-0007), with its own code and status inside
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from izin.api.operation import Answer
from izin.api.via_problems import is_own
from izin.api.wire import Wire
from izin.i18n import catalogue
from izin.i18n.catalogue import Language

CLIENT, UNAVAILABLE, BROKEN = "ERR-SYS-0001", "ERR-SYS-0002", "ERR-SYS-0004"
OTHERS, NOBODY, BEHIND, FIELDS = "ERR-SYS-0005", "ERR-SYS-0006", "ERR-SYS-0007", "ERR-VLD-001"

_BY_STATUS: Final[Mapping[int, str]] = {401: NOBODY, 500: BROKEN, 503: UNAVAILABLE}
_OWN = ("OTP-ERROR-", "ERR-")
_OF_FIELDS: Final = frozenset({"IZ011", "H190"})
_OF_THE_BODY: Final = frozenset({"H014", "IZ001", "IZ003", "IZ005", "IZ006", "IZ009"})


def dressed(found: Answer, language: Language) -> Answer:
    """The same error, as ViA PASS draws it."""
    first = found.body["errors"][0]
    code, status = first["code"], found.status
    if code.startswith(_OWN):
        return _with(found, status, _said(code, first["message"]))
    if code in _OF_FIELDS:
        data = [_field(each) for each in found.body["errors"]]
        return _named(found, FIELDS, language, HTTPStatus.BAD_REQUEST, data=data)
    name = _BY_STATUS.get(status) or (OTHERS if code == "H353" else None)
    if code in _OF_THE_BODY:
        name = CLIENT
    return _behind(found, code, language) if name is None else _named(found, name, language, status)


def dressed_of_subscription(found: Answer, language: Language) -> Answer:
    """The same; but whoever asks for another company's subscription hears it from behind."""
    first = found.body["errors"][0]
    if first["code"] != "H353":
        return dressed(found, language)
    words = catalogue.codes()["H1040"].sentence(language)
    body = {"errors": [{"code": "H1040", "message": words}]}
    return _behind(Answer(found.status, body, found.headers), "H1040", language)


def _behind(found: Answer, code: str, language: Language) -> Answer:
    is_listed = not is_own(code, found.status) or found.status == HTTPStatus.FORBIDDEN
    status = found.status if is_listed else HTTPStatus.BAD_REQUEST  # as the contract's example
    shown = [
        {name: each[name] for name in ("code", "message", "value") if name in each}
        for each in found.body["errors"]
    ]
    inside = {"status": int(found.status), "errors": shown}
    return _named(found, BEHIND, language, status, subSystemErrorInfo=inside)


def _field(error: Mapping[str, Any]) -> Wire:
    names = [each for each in error.get("location", ()) if isinstance(each, str)]
    return {"field": names[-1] if names else "", "message": error["message"]}


def _named(found: Answer, code: str, language: Language, status: int, **more: Any) -> Answer:
    words = catalogue.codes()[code].sentence(language)
    return _with(found, status, {**_said(code, words), **more})


def _said(code: str, words: str) -> Wire:
    return {"errorCode": code, "errorMessage": words}


def _with(found: Answer, status: int, body: Wire) -> Answer:
    return Answer(int(status), body, found.headers)
