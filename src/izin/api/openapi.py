"""The OpenAPI document, made from the table of operations and the catalogue of errors."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

import msgspec

from izin.access.model import SCOPED, Right
from izin.admission.lanes import Lane
from izin.admission.limits import PER_SECOND_CODE, documented
from izin.api.operation import INTEGER_PARTS, Answer, BodyKind, Operation, Param, always
from izin.api.problems import BROKEN_CODE, UNAVAILABLE_CODE
from izin.api.router import part_names
from izin.i18n import catalogue
from izin.i18n.catalogue import Language

_REFERENCE = "#/components/schemas/{name}"
_PROBLEM: Final = "Problem"

_TITLE = "İzin API"
_PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": {"type": "string", "pattern": "^(H[0-9]{3,4}|IZ[0-9]{3})$"},
                    "message": {"type": "string"},
                    "location": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "value": {},
                    "index": {"type": "integer", "minimum": 0},
                },
            },
        },
        "code": {"type": "string"},
        "message": {"type": "string"},
        "error": {"type": "string"},
        "error_description": {"type": "string"},
    },
}
_KINDS = {str: "string", int: "integer", bool: "boolean"}


def document_text(operations: Sequence[Operation[Any]], language: Language) -> str:
    """The document as text: the same table gives the same bytes, so a change shows in a review."""
    described = msgspec.json.encode(document(operations, language))
    return msgspec.json.format(described, indent=1).decode() + "\n"


def document(operations: Sequence[Operation[Any]], language: Language) -> dict[str, Any]:
    """Describe every row under its path and its aliases, errors by code included."""
    schemas, components = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        for place, template in enumerate((operation.path, *operation.aliases)):
            described = _describe(operation, template, schemas, language)
            if place:
                described["operationId"] += f"-alias-{place}"
            paths.setdefault(template, {})[_method(operation)] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": _TITLE, "version": version("izin"), "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": {_PROBLEM: _PROBLEM_SCHEMA, **components},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "dpop": {"type": "http", "scheme": "dpop"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }


_BY_TOKEN: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"dpop": []}]
_DEMANDS: Mapping[Right, list[dict[str, list[str]]]] = {
    Right.NONE: [],
    Right.CARRIER: [{"basic": []}, *_BY_TOKEN],
}
"""How a caller says who he is; by a token where nothing else is said."""


def error_codes(operation: Operation[Any]) -> tuple[str, ...]:
    """Every code that an operation can answer: its own and those of the stages it passes."""
    found = {*operation.errors, PER_SECOND_CODE, UNAVAILABLE_CODE, BROKEN_CODE}
    found |= {"IZ001", "IZ003", "IZ005"}
    found |= {INTEGER_PARTS[n] for n in part_names(operation.path) if n in INTEGER_PARTS}
    if operation.takes is not BodyKind.NONE:
        found |= {"IZ006", "IZ009"} | ({"H014"} if operation.takes is not BodyKind.CSV else set())
    if operation.right is not Right.NONE:
        found |= {operation.tokenless, "H351", "IZ060", "IZ061", "IZ062"}
    if operation.right in SCOPED:
        found |= {"H353", "H521", "H524"}
        found |= {"H520", "H586"} if operation.passes_held is not always else set()
    lanes = {operation.lane} | ({Lane.TOKEN} if operation.right is Right.CARRIER else set())
    found |= {limit.code for lane, limit in documented().hourly.items() if lane in lanes}
    if operation.lane is Lane.HEALTH:
        found.remove(PER_SECOND_CODE)
    return tuple(sorted(found))


def _method(operation: Operation[Any]) -> str:
    return {"GET": "get", "POST": "post", "PUT": "put", "DELETE": "delete"}[operation.method]


def _describe(
    operation: Operation[Any], template: str, schemas: "_Schemas", language: Language
) -> dict[str, Any]:
    summary = operation.summary
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": summary.tr if language is Language.TR else summary.en,
        "tags": [operation.lane.value],
        "parameters": [
            *(_path_parameter(name) for name in part_names(template)),
            *(_query_parameter(each, language) for each in operation.query),
        ],
        "responses": {
            **_successes(operation, schemas),
            **_problems(operation, language),
        },
        "security": _DEMANDS.get(operation.right, _BY_TOKEN),
    }
    if operation.takes is not BodyKind.NONE:
        described["requestBody"] = _request_body(operation, schemas)
    return described


def _path_parameter(name: str) -> dict[str, Any]:
    kind = {"type": "integer"} if name in INTEGER_PARTS else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": kind}


def _query_parameter(parameter: Param, language: Language) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.tr if language is Language.TR else parameter.en,
        "schema": {"type": _KINDS[parameter.kind]},
    }


def _request_body(operation: Operation[Any], schemas: "_Schemas") -> dict[str, Any]:
    media = ["text/csv" if operation.takes is BodyKind.CSV else "application/json"]
    if operation.takes is BodyKind.JSON_OR_FORM:
        media.append("application/x-www-form-urlencoded")
    schema = schemas.of(operation.request)
    return {"required": True, "content": {each: {"schema": schema} for each in media}}


def _successes(operation: Operation[Any], schemas: "_Schemas") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, kind in operation.answers.items():
        answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if kind is not None:
            answer["content"] = {operation.media: {"schema": schemas.of(kind)}}
        found[str(int(status))] = answer
    return found


def _problems(operation: Operation[Any], language: Language) -> dict[str, Any]:
    """Group the codes by status; each is an example with its words."""
    by_status: dict[int, dict[str, Any]] = defaultdict(dict)
    for code in error_codes(operation):
        example = _example(code, language)
        if operation.dressed is not None:
            example = operation.dressed(example, language)
        by_status[example.status][code] = {"value": example.body}
    is_ours = operation.dressed is None
    schema = {"$ref": _REFERENCE.format(name=_PROBLEM)} if is_ours else {"type": "object"}
    return {
        str(status): {
            "description": ", ".join(examples),
            "content": {"application/json": {"schema": schema, "examples": examples}},
        }
        for status, examples in sorted(by_status.items())
    }


def _example(code: str, language: Language) -> Answer:
    """Words with their places still open."""
    words = catalogue.codes()[code].sentence(language)
    body = {"errors": [{"code": code, "message": words}]}
    return Answer(catalogue.status_of(code), body)


class _Schemas:
    """Schemas of types and of plain dictionaries alike."""

    def __init__(self, by_id: Mapping[int, dict[str, Any]]) -> None:
        self._by_id = by_id

    def of(self, kind: Any) -> dict[str, Any]:
        """Schema of a request or an answer."""
        if kind is None:
            return {}
        if isinstance(kind, tuple):
            return {"oneOf": [self.of(each) for each in kind]}
        return kind if isinstance(kind, dict) else self._by_id[id(kind)]


def _schemas(operations: Sequence[Operation[Any]]) -> tuple[_Schemas, dict[str, Any]]:
    kinds = [
        kind
        for operation in operations
        for one_or_several in (operation.request, *operation.answers.values())
        for kind in (one_or_several if isinstance(one_or_several, tuple) else (one_or_several,))
        if kind is not None and not isinstance(kind, dict)
    ]
    found, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    by_id = {id(kind): schema for kind, schema in zip(kinds, found, strict=True)}
    return _Schemas(by_id), components
