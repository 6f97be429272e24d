"""The document that the registry gives of itself is whole, well formed, and what it does."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import pytest_asyncio
from builders.members import of_company, sign_in, someone
from builders.parties import Given
from builders.registry import (
    CARRIER,
    EXAMPLE_RETAILER,
    IYS_CODES,
    NOBODY,
    Attempt,
    Registry,
    basic,
)

from izin.access.model import Right
from izin.api.openapi import error_codes
from izin.api.operation import Answer, BodyKind, Operation
from izin.i18n import catalogue
from izin.i18n.catalogue import Language
from izin.member.model import Role
from izin.storage.database import Database
from izin.wiring.web import OPERATIONS

from .official import COLLECTION
from .provocations import PROVOKED, TABLE, attempts, changed, good
from .test_answers import SHOWN

COMMITTED = Path(__file__).parents[2] / "docs/api/openapi.json"
PLACES = [(row, path) for row in OPERATIONS for path in (row.path, *row.aliases)]

_SCHEMA_OR_TRUE = {"type": ["object", "boolean"]}
_CONTENT = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "type": "object",
        "properties": {"schema": _SCHEMA_OR_TRUE, "examples": {"type": "object"}},
        "required": ["schema"],
        "additionalProperties": False,
    },
}
_OPERATION = {
    "type": "object",
    "required": ["operationId", "summary", "tags", "parameters", "responses", "security"],
    "additionalProperties": False,
    "properties": {
        "operationId": {"type": "string", "pattern": "^[A-Za-z0-9-]+$"},
        "summary": {"type": "string", "minLength": 1},
        "tags": {"type": "array", "items": {"type": "string"}},
        "parameters": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "in", "required", "schema"],
                "properties": {
                    "name": {"type": "string"},
                    "in": {"enum": ["path", "query"]},
                    "required": {"type": "boolean"},
                    "description": {"type": "string"},
                    "schema": _SCHEMA_OR_TRUE,
                },
                "if": {"properties": {"in": {"const": "path"}}},
                "then": {"properties": {"required": {"const": True}}},
                "additionalProperties": False,
            },
        },
        "requestBody": {
            "type": "object",
            "required": ["content"],
            "properties": {"content": _CONTENT, "required": {"type": "boolean"}},
            "additionalProperties": False,
        },
        "responses": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[1-5][0-9]{2}$"},
            "additionalProperties": {
                "type": "object",
                "required": ["description"],
                "properties": {"description": {"type": "string"}, "content": _CONTENT},
                "additionalProperties": False,
            },
        },
        "security": {"type": "array", "items": {"type": "object"}},
    },
}
SHAPE = {
    "type": "object",
    "required": ["openapi", "info", "paths", "components"],
    "additionalProperties": False,
    "properties": {
        "openapi": {"type": "string", "pattern": r"^3\.1\.[0-9]+$"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {"license": {"type": "object", "required": ["name"]}},
        },
        "paths": {
            "type": "object",
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "type": "object",
                "propertyNames": {"enum": ["get", "post", "put", "delete"]},
                "additionalProperties": _OPERATION,
            },
        },
        "components": {
            "type": "object",
            "required": ["schemas", "securitySchemes"],
            "properties": {
                "schemas": {
                    "type": "object",
                    "propertyNames": {"pattern": r"^[A-Za-z0-9._-]+$"},
                },
                "securitySchemes": {"type": "object"},
            },
        },
    },
}
"""OpenAPI 3.1 as far as this document uses it: what is not used is not allowed."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def documents(registry: Registry) -> dict[str, Any]:
    """What it says of itself in each language."""
    asked = Attempt(method="GET", path="/openapi.json", who=NOBODY)
    answers = {each.value: await registry.send(asked, language=each.value) for each in Language}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {language: answer.json() for language, answer in answers.items()}


@pytest.fixture
def whole(documents: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = documents["en"]
    return found


def described(whole: dict[str, Any], row: Operation[Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = whole["paths"][path][row.method.lower()]
    return found


def within(value: Any, key: str) -> Iterator[Any]:
    """Every value of `key`, however deep."""
    for name, each in value.items() if isinstance(value, dict) else enumerate(value):
        if name == key:
            yield each
        if isinstance(each, dict | list):
            yield from within(each, key)


# well formed --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["tr", "en"])
def test_it_has_the_form_of_openapi_3_1(documents, language):
    whole = documents[language]
    jsonschema.Draft202012Validator(SHAPE).validate(whole)
    for schema in [*within(whole, "schema"), *whole["components"]["schemas"].values()]:
        jsonschema.Draft202012Validator.check_schema(schema)
    for reference in within(whole, "$ref"):
        name = reference.removeprefix("#/components/schemas/")
        assert name in whole["components"]["schemas"], reference
    for demand in within(whole, "security"):
        assert all(set(each) <= set(whole["components"]["securitySchemes"]) for each in demand)
    ids = list(within(whole["paths"], "operationId"))
    assert len(ids) == len(set(ids))


def test_each_part_of_a_path_is_a_parameter_and_no_other(whole):
    for path, by_method in whole["paths"].items():
        for row in by_method.values():
            named = [each["name"] for each in row["parameters"] if each["in"] == "path"]
            assert sorted(named) == sorted(re.findall(r"\{(\w+)\}", path))


def test_every_example_of_a_schema_fits_it(whole):
    checked = 0
    for schema in within(whole, "schema"):
        for example in schema.get("examples", ()):
            _validate(whole, schema, example)
            checked += 1
    assert checked > len(_with_json_bodies())


# whole --------------------------------------------------------------------------------------


def test_it_lists_the_table_and_nothing_else(whole):
    found = {(method.upper(), path) for path, row in whole["paths"].items() for method in row}
    assert found == {(row.method, path) for row, path in PLACES}


@pytest.mark.parametrize(("row", "path"), PLACES, ids=lambda each: getattr(each, "id", ""))
def test_it_lists_each_code_under_its_status(documents, row, path):
    for language in Language:
        responses = described(documents[language.value], row, path)["responses"]
        listed = {
            (int(status), code, str(example["value"]))
            for status, response in responses.items()
            for content in response.get("content", {}).values()
            for code, example in content.get("examples", {}).items()
        }
        assert listed == {
            (shown.status, code, str(shown.body))
            for code in error_codes(row)
            for shown in [_shown(row, code, language)]
        }
        assert {int(status) for status in responses} >= set(row.answers)


def _shown(row: Operation[Any], code: str, language: Language) -> Answer:
    """What an error looks like, in the operation's own shape where it has one."""
    error = {"code": code, "message": catalogue.codes()[code].sentence(language)}
    found = Answer(catalogue.status_of(code), {"errors": [error]})
    return found if row.dressed is None else row.dressed(found, language)


def test_what_is_committed_is_what_is_served(whole):
    assert json.loads(COMMITTED.read_text("utf-8")) == whole


# what it does -------------------------------------------------------------------------------


def _with_json_bodies() -> list[str]:
    return [name for name, row in TABLE.items() if row.takes is BodyKind.JSON]


OF_THE_MOMENT = {
    *("xInvitationOpen", "xInvitationAccept", "xSignIn", "xSignInFinish"),
    *("xMyPassword", "xPasskeyAdd", "xSignInElsewhere", "xSignInElsewhereFinish"),
    *("xLegacyOverIys", "xLegacyVerificationCode", "xViaStart"),
    *("start-widget-process", "complete-widget-process"),
    *("startViaRequest", "completeViaRequest", "searchKVKConsent"),
    *("xViaFormMake", "xViaFormDraft"),  # of brands and of a form of the company's own
    *("smsStart", "smsShortUrlStart", "emailStart", "emailShortUrlStart"),
    *("smsComplete", "emailComplete", "getRequestAudit"),
}
"""They take what was drawn a moment ago, or is the caller's own: there is no example of it."""


@pytest_asyncio.fixture(loop_scope="module")
async def colleague(registry, passwords) -> str:
    """The company's owner may call what only people may; gives the id of somebody else."""
    operator = await Database.open(registry.settings.database_url, role="izin_operator")
    given, of = Given(operator, passwords), of_company(IYS_CODES["loading"])
    try:
        owner = await someone(given, registry, of=of)
        other = await someone(given, registry, of=of, role=Role.VIEWER)
    finally:
        await operator.close()
    async with await sign_in(registry, owner) as client:
        registry.adopt(OWNER, client.headers["authorization"].removeprefix("Bearer "))
    return other.member_id


async def test_every_example_request_is_accepted(registry, whole, colleague):
    """Before the activation date, when a consent of any date may be loaded."""
    sent = []
    entering = Attempt(method="POST", path="/x/clients", body={}, who=OWNER)
    entered = await registry.send(entering)
    assert entered.is_success, entered.text
    client_id = entered.json()["clientId"]
    for row in OPERATIONS:
        if row.takes is not BodyKind.JSON or row.id in OF_THE_MOMENT:
            continue
        content = described(whole, row, row.path)["requestBody"]["content"]["application/json"]
        for example in content["schema"]["examples"]:
            attempt = _an_attempt(row, registry, example, (colleague, client_id))
            answer = await registry.send(attempt)
            assert answer.status_code in row.answers, (row.id, answer.text)
            sent.append(row.id)
    assert set(sent) >= set(_with_json_bodies()) - OF_THE_MOMENT


OWNER = "loading's owner"
_OF_PEOPLE = {Right.GRANT, Right.MEMBERS, Right.SELF, Right.ACCOUNTS, Right.SIGN_ON}


def _an_attempt(
    row: Operation[Any], registry: Registry, body: Any, drawn: tuple[str, str]
) -> Attempt:
    if row.id in TABLE:
        return changed(good(row.id, registry, "loading"), body=body)
    brand = good("getBrandsDetails", registry, "loading").path
    parts = {
        "brandCode": int(brand.split("/")[2]) + 1,
        "retailerCode": EXAMPLE_RETAILER,
        "recipientType": "BIREYSEL",
        "type": "MESAJ",
        "memberId": drawn[0],
        "clientId": drawn[1],
    }
    path = row.path.format(**parts)
    if row.right is Right.CARRIER:
        return Attempt(method=row.method, path=path, body=body, who=NOBODY, headers=basic(CARRIER))
    who = OWNER if row.right in _OF_PEOPLE else "loading"
    return Attempt(method=row.method, path=path, body=body, who=who)


@pytest.mark.parametrize(
    ("name", "status"),
    [each for each in SHOWN if each[1] != 204 and TABLE[each[0]].media == "application/json"],
)
async def test_every_answer_is_described_key_by_key(registry, whole, name, status):
    row = TABLE[name]
    response = described(whole, row, row.path)["responses"][str(status)]
    schema = response["content"]["application/json"]["schema"]
    for answer in await SHOWN[name, status](registry, name):
        _validate(whole, schema, answer)


@pytest.mark.parametrize("name", [each for each in TABLE if each not in COLLECTION])
async def test_every_refusal_fits_the_schema_of_problems(registry, whole, name):
    problem = whole["components"]["schemas"]["Problem"]
    for refused in [way for (each, _), way in PROVOKED.items() if each == name]:
        answer = await registry.send((await attempts(refused, registry))[-1])
        if answer.status_code >= 400:
            _validate(whole, problem, answer.json())


def _validate(whole: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    closed = _closed({"components": whole["components"], **schema})
    jsonschema.Draft202012Validator(closed).validate(value)


def _closed(schema: Any) -> Any:
    """The same schema, under which an object has no key that it does not name."""
    closed = copy.deepcopy(schema)
    _close(closed)
    return closed


def _close(schema: Any) -> None:
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
        for each in schema.values():
            _close(each)
    elif isinstance(schema, list):
        for each in schema:
            _close(each)
