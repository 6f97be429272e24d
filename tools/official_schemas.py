# ruff: noqa: INP001 - a script, not a package
"""Take from the official OpenAPI document what tests/contract compares answers with.

Run it with the path of the document. What it writes holds schemas, statuses, codes and the names of
keys: no sentence, no example value, no address.
"""

import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "tests/contract/official.json"
OPERATIONS = (
    *("createToken2", "getBrandsDetails", "addConsent", "addConsentV2", "addBatchConsent"),
    *("addBatchConsentV2", "searchRequestDetails", "searchRequestDetailsV2", "consentDetail"),
    *("batchConsentStatus", "consentsHistory", "PullPerBrandCode", "getTowns", "townDetails"),
    *("getCities", "cityDetails"),
    *("createRetailer", "searchRetailers", "searchSingleRetailer", "deleteRetailer"),
    *("addRetailers", "overrideRetailers", "searchRetailersOfOneConsent"),
    *("integratorList", "integratorListByiysCode"),
    *("get-subscription", "getIntegratorSubscription"),
    *("removeRelationBetweenRetailer", "removeRelationsBetweenRetailersAndConsents"),
    "via-hash-links",
    *("startViaRequest", "completeViaRequest", "getViaRequest", "getKVKConsent"),
    *("searchKVKConsent", "get-sps-iysCode-via-clarification-requestId-file"),
    *("smsStart", "emailStart", "smsShortUrlStart", "emailShortUrlStart"),
    *("smsComplete", "emailComplete", "getRequestAudit", "getClarificationFile", "search"),
    *("load-widget-loader", "frame-public-key", "load-widget-js"),
    *("start-widget-process", "complete-widget-process"),
)
_NAMED = {"VIA İşlem Tamamlama": "completeViaRequest"}
"""Ids of the document that are sentences, and what the operations are called here."""
_COPY = "_copy"
"""How a path ends that stands there twice."""
_WORDS = frozenset(("description", "example", "examples", "x-examples", "title"))
_MEDIA = "application/json"
_PREFIX, _OWN_PREFIX = "#/components/schemas/", "#/schemas/"

Json = dict[str, Any]


def main() -> int:
    """Write the file; the one argument is the official document."""
    document = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    taken = {name: _operation(*found) for name, *found in _found(document)}
    schemas: Json = {}
    _collect(taken, document["components"]["schemas"], schemas)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    written = {
        "document": {
            "title": document["info"]["title"],
            "version": document["info"]["version"],
            "license": document["info"]["license"]["name"],
        },
        "operations": {name: taken[name] for name in OPERATIONS},
        "schemas": dict(sorted(schemas.items())),
    }
    TARGET.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


def _found(document: Json) -> Iterator[tuple[str, str, str, Json]]:
    for path, by_method in document["paths"].items():
        if path.endswith(_COPY):
            continue
        for method, row in by_method.items():
            name = row.get("operationId") if isinstance(row, dict) else None
            if (name := _NAMED.get(name, name)) in OPERATIONS:
                yield name, method, path, row


def _operation(method: str, path: str, row: Json) -> Json:
    body = row.get("requestBody", {}).get("content", {})
    path, _, query = path.replace("{{", "{").replace("}}", "}").partition("?")
    named = [each["name"] for each in row.get("parameters", ()) if each["in"] == "query"]
    return {
        "method": method.upper(),
        "path": path,
        "query": [*named, *(each.partition("=")[0] for each in query.split("&") if each)],
        "media": sorted(body),
        "request": _bare(body.get(_MEDIA, {}).get("schema")),
        "asked": _distinct(sorted(_places(each)) for each in _asked(body.get(_MEDIA, {}))),
        "answers": {
            status: _answer(answer, is_refusal=int(status) >= HTTPStatus.BAD_REQUEST)
            for status, answer in row["responses"].items()
        },
    }


def _asked(content: Json) -> Iterator[Any]:
    """Give the examples of a body: the one that stands alone, or those that have names."""
    yield from (each["value"] for each in content.get("examples", {}).values())
    if "example" in content:
        yield content["example"]


def _answer(answer: Json, *, is_refusal: bool) -> Json:
    content = answer.get("content", {}).get(_MEDIA)
    if content is None:
        return {"schema": None, "shapes": [], "errors": []}
    examples = [each["value"] for each in content.get("examples", {}).values() if each]
    drawn = [each for each in examples if isinstance(each, dict)]
    errors = [error for each in drawn for error in _errors(each, is_refusal=is_refusal)]
    return {
        "schema": _bare(content.get("schema")),
        "shapes": [] if errors else _distinct(sorted(_places(each)) for each in examples),
        "errors": _distinct(errors),
    }


def _errors(example: Json, *, is_refusal: bool) -> list[Json]:
    """Name code and keys of each error, and how it stands where it is not in a list."""
    errors = example.get("errors", [])
    if "error" in example:
        return [_error(example)]
    if "errorCode" in example:
        return [_behind(example)]
    if isinstance(errors, dict):
        return [_error(errors) | {"as": "object"}]
    if is_refusal and "code" in example and not errors:
        return [_error(example) | {"as": "bare"}]
    return [_error(each) for each in errors]


def _error(error: Json) -> Json:
    """Name the code and the keys; some examples write the first as ``code:``."""
    renamed = {name.rstrip(":"): value for name, value in error.items()}
    return {"code": renamed.get("code") or renamed["error"], "keys": sorted(renamed)}


def _behind(example: Json) -> Json:
    """An error of ViA PASS: its code, and that of what lies behind it."""
    inside = example.get("subSystemErrorInfo", {}).get("errors", ())
    code = " ".join((example["errorCode"], *(each["code"] for each in inside)))
    return {"code": code, "keys": sorted(_places(example)), "as": "pass"}


def _places(value: Any, at: str = "") -> set[str]:
    """Every key of an example, as a path; lists are written ``[]``."""
    if isinstance(value, dict):
        return {f"{at}.{name.rstrip(':')}" for name in value}.union(
            *(_places(each, f"{at}.{name.rstrip(':')}") for name, each in value.items())
        )
    if isinstance(value, list):
        return set().union(*(_places(each, f"{at}[]") for each in value))
    return set()


def _distinct(items: Any) -> list[Any]:
    return list({json.dumps(each): each for each in items}.values())


def _bare(schema: Any) -> Any:
    """Leave the words out: they are not ours to repeat, and no test needs them."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if isinstance(schema, str):
        return schema.replace(_PREFIX, _OWN_PREFIX)
    if not isinstance(schema, dict):
        return schema
    bare = {name: each for name, each in schema.items() if name not in _WORDS}
    return {
        name: {field: _bare(each) for field, each in value.items()}
        if name == "properties"
        else _bare(value)
        for name, value in bare.items()
    }


def _collect(value: Any, schemas: Json, into: Json) -> None:
    """Gather the schemas that `value` refers to, and those that these refer to."""
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, str) and each.startswith(_OWN_PREFIX):
            name = each.removeprefix(_OWN_PREFIX)
            if name not in into:
                into[name] = _bare(schemas[name])
                _collect(into[name], schemas, into)
        elif isinstance(each, dict | list):
            _collect(each, schemas, into)


if __name__ == "__main__":
    sys.exit(main())
