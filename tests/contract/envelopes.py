"""Errors in each of the document's envelopes, read into one form: the one place that knows them.

Most operations have a list under ``errors``. İYS Yolu has one object there for some codes, and for
others no ``errors`` at all; ViA PASS has ``errorCode`` outside, and what lies behind inside.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from izin.api.operation import Answer, Operation
from izin.i18n import catalogue
from izin.i18n.catalogue import Language

from .official import places

LIST, OBJECT, BARE, PASS = "list", "object", "bare", "pass"


class Said(msgspec.Struct, frozen=True):
    """One error of an answer.

    code    as the document calls it; of ViA PASS the outer one and, behind a blank, the inner one
    keys    of the error; of ViA PASS every place of the answer
    shape   how it stands in the answer
    """

    code: str
    message: str
    keys: list[str]
    shape: str


def read(body: Any) -> list[Said]:
    """Every error of an answer, in whichever envelope."""
    if "errorCode" in body:
        return _of_pass(body)
    errors = body.get("errors")
    if isinstance(errors, list):
        return [_said(each, LIST) for each in errors]
    if isinstance(errors, dict):
        return [_said(errors, OBJECT)]
    return [_said(body, BARE)]


def _said(error: Any, shape: str) -> Said:
    return Said(error["code"], error["message"], sorted(error), shape)


def _of_pass(body: Any) -> list[Said]:
    keys = sorted(places(body))
    inside = body.get("subSystemErrorInfo", {}).get("errors", ())
    if not inside:
        return [Said(body["errorCode"], body["errorMessage"], keys, PASS)]
    assert body["errorMessage"], "the outer code has words too"
    return [
        Said(f"{body['errorCode']} {each['code']}", each["message"], keys, PASS) for each in inside
    ]


def looks(operation: Operation[Any], code: str) -> Answer:
    """An error of the registry as an operation shows it, with the places of its words open."""
    words = catalogue.codes()[code].sentence(Language.TR)
    found = Answer(catalogue.status_of(code), {"errors": [{"code": code, "message": words}]})
    return found if operation.dressed is None else operation.dressed(found, Language.TR)


def called(operation: Operation[Any], code: str) -> str:
    """What an operation calls a code of the registry."""
    return read(looks(operation, code).body)[0].code


def all_called(operation: Operation[Any], codes: Iterable[str]) -> set[str]:
    """What an operation calls these codes."""
    return {called(operation, code) for code in codes}
