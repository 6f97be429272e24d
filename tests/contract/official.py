"""The official document, and the written list of its places that contradict themselves.

A deviation is here because the document's own examples, and the clients that are in use, have the
one shape while its schema draws another; the answers follow the examples.
"""

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

DOCUMENT: dict[str, Any] = json.loads(Path(__file__).with_name("official.json").read_text("utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = DOCUMENT["operations"]
COLLECTION = {
    name for name, row in OPERATIONS.items() if row["path"].startswith(("/via/sps/", "/otp-"))
}
"""They have consents taken and addresses verified: İYS Yolu and ViA PASS."""
FRAME = {name for name, row in OPERATIONS.items() if row["path"].startswith("/widget/")}
"""A form on a company's page: ViA Frame. No example shows an error of it."""


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the document that does not hold.

    at       JSON pointer into official.json
    becomes  the schema that holds
    answer   operation and status of an answer that shows it, and the answer
    """

    at: str
    becomes: Any
    why: str
    answer: tuple[str, int, Any]


_ANY: dict[str, Any] = {}
_COUNTS = {
    "type": "object",
    "properties": {name: {"type": "integer"} for name in ("approval", "rejection", "total")},
}
_STATS = {
    "type": "object",
    "properties": {
        "consents": _COUNTS,
        "retailers": {"type": "object", "properties": {"total": {"type": "integer"}}},
    },
}
_BRANDS = DOCUMENT["operations"]["getBrandsDetails"]["answers"]["200"]["schema"]
_NO_FIGURES = {"consents": {"approval": 0, "rejection": 0, "total": 0}, "retailers": {"total": 0}}


def _error(**fields: Any) -> dict[str, Any]:
    return {"errors": [{"code": "H111", "message": "…", **fields}]}


_SUBSCRIBED = ("startDate", "expirationDate", "subscriptionPackageName", "status")

_ANSWERED = {"type": "object", "required": ["message", "code"]}
_A_MESSAGE = "/operations/{}/answers/200/schema/properties/message"
_STARTED = {"data": {"requestId": "…"}, "message": "…"}
_OF_PASS = {"errorCode": "ERR-SYS-0001", "errorMessage": "…"}
_ANY_OF_PASS = {
    "anyOf": [
        {"$ref": f"#/schemas/{name}ErrorResponse"}
        for name in ("SubSystem", "Validation", "Generic")
    ]
}


def _begun(kind: str) -> Any:
    item = {"$ref": f"#/schemas/{kind}StartResponseDTO"}
    return {"type": "object", "properties": {"data": item, "message": {"type": "string"}}}


DEVIATIONS = (
    Deviation(
        at="/operations/getBrandsDetails/answers/200/schema",
        becomes={"type": "array", "items": _BRANDS},
        why="Drawn as one brand; the operation lists brands, and so does its example.",
        answer=("getBrandsDetails", 200, []),
    ),
    Deviation(
        at="/schemas/BrandStats",
        becomes=_STATS,
        why="Drawn as lists; the example and every client have objects.",
        answer=("getBrandsDetails", 200, [{"brandCode": 545454, "stats": _NO_FIGURES}]),
    ),
    Deviation(
        at="/schemas/InvalidErrorFor422/properties/errors",
        becomes={"type": "array", "items": {"$ref": "#/schemas/InvalidError"}},
        why="Drawn as one object; all its examples have a list, like every other error.",
        answer=("searchRequestDetails", 422, _error(value="12345")),
    ),
    Deviation(
        at="/schemas/InvalidError/properties/value",
        becomes=_ANY,
        why="Drawn as a text; the examples of a limit echo the number that came.",
        answer=("consentsHistory", 422, _error(value=-1)),
    ),
    Deviation(
        at="/schemas/InvalidError/properties/location/items",
        becomes=_ANY,
        why="Drawn as texts; the examples of a list have the place in it, a number.",
        answer=("overrideRetailers", 422, _error(location=["recipients", 0], value="x")),
    ),
    Deviation(
        at="/schemas/ConsentError/properties/errors/items/properties/value",
        becomes=_ANY,
        why="Drawn as a text; the examples echo lists, objects and numbers as they came.",
        answer=("batchConsentStatus", 422, _error(value=[])),
    ),
    Deviation(
        at="/schemas/RetailerSearchwithcurrentPAge/properties/list",
        becomes={"type": "array", "items": {"$ref": "#/schemas/RetailerSearchList"}},
        why="Drawn as one dealer; its examples have a list, like every other page.",
        answer=("searchRetailers", 200, {"list": []}),
    ),
    Deviation(
        at="/operations/get-subscription/answers/200/schema/required",
        becomes=[*_SUBSCRIBED, "subsciprtionId"],
        why="Limit and use are compulsory there; its examples for a partner have none.",
        answer=("get-subscription", 200, dict.fromkeys((*_SUBSCRIBED, "subsciprtionId"), "…")),
    ),
    Deviation(
        at="/schemas/Code-Name/properties/code",
        becomes=_ANY,
        why="Drawn as a number, also for dealers, whose examples and whose entry have texts.",
        answer=("searchSingleRetailer", 200, {"city": {"name": "İstanbul", "code": "34"}}),
    ),
    Deviation(
        at="/operations/startViaRequest/answers/200/schema",
        becomes=_ANSWERED,
        why="Drawn as the request; all its examples have the id and a word.",
        answer=("startViaRequest", 200, {"message": {"requestId": "…"}, "code": "OK"}),
    ),
    Deviation(
        at=_A_MESSAGE.format("getKVKConsent"),
        becomes={"type": "array", "items": {"type": "object"}},
        why="Drawn as one answer; its example has a list, for a request may be of three texts.",
        answer=("getKVKConsent", 200, {"message": [], "code": "OK"}),
    ),
    Deviation(
        at=_A_MESSAGE.format("frame-public-key"),
        becomes={"type": "array", "items": {"type": "string"}},
        why="Drawn as an object; the document's own loader reads a list with one text.",
        answer=("frame-public-key", 200, {"message": ["…|…"], "status": "SUCCESS"}),
    ),
    *(
        Deviation(
            at=f"/schemas/ApiResponse{kind}StartResponseDTO",
            becomes=_begun(kind),
            why="Drawn with a list; its example has one object.",
            answer=(name, 200, _STARTED),
        )
        for name, kind in (("smsStart", "Sms"), ("emailStart", "Email"))
    ),
    *(
        Deviation(
            at=f"/operations/{name}/answers/400/schema",
            becomes=_ANY_OF_PASS,
            why="Just one of shapes that contain each other, or of none, is what nothing can be.",
            answer=(name, 400, _OF_PASS),
        )
        for name in ("smsStart", "emailShortUrlStart", "smsComplete", "getRequestAudit")
    ),
)

EXTRA_PLACES: dict[str, dict[str, str]] = {
    "get-subscription": {".subsciprtionId": "The schema's own spelling, which it asks for."},
    "getIntegratorSubscription": {".subscriptionId": "As the schema has it; the example slips."},
    "createToken2": {
        f".{name}": "The camelCase twin that some clients read."
        for name in (
            *("accessToken", "refreshToken", "tokenType"),
            *("expiresIn", "refreshExpiresIn"),
        )
    },
    **{
        name: {"[].cityCode": "The schema writes cityCode, the examples city_code: both are sent."}
        for name in ("getTowns",)
    },
    "load-widget-js": {
        ".js": "The document's own loader reads it; the schema is that of the key.",
        ".css": "The document's own loader reads it; the schema is that of the key.",
        ".config": "What the script is told, for pages that have its code already.",
    },
    "start-widget-process": {
        f".message.{name}": "Of this object the schema says in words what is in it."
        for name in ("requestId", "timeout")
    },
    "searchSingleRetailer": {".retailerCode": "Its number, which is in every list of dealers."},
    "townDetails": {
        ".cityCode": "The schema writes cityCode, the examples city_code: both are sent."
    },
    **{
        name: {".subRequests[].subrequestId": "The schema's spelling beside that of the examples."}
        for name in ("addBatchConsent", "addBatchConsentV2")
    },
}
"""Keys that our answers have beyond the examples, and why."""

ABSENT_PLACES: dict[str, dict[str, str]] = {
    "load-widget-js": {".message": "The schema is that of the key; its reader has no such field."},
    "completeViaRequest": {
        f".{name}": "One example stands without ``message``: what is recorded is always in it."
        for name in ("transactionId", "creationDate", "type")
    },
    "PullPerBrandCode": {
        ".list[].citizenName": "Only a citizen who adds a brand herself gives her name for it."
    },
}
"""Keys that the examples have and our answers of this part cannot have yet, and why."""

OTHER_READINGS = {
    "a 403 example's key ``code:``": "A slip of the pen: all others, and all clients, say code.",
    "cityDetails: the example's code is a text": "The schema says integer; so do all clients.",
    "isAddConsentV2Service: the example is the text true": "The schema says boolean: sent so.",
    "createToken2: names of the examples for an empty and a wrong field are swapped": (
        "Their descriptions hold: empty is invalid_grant, of another type invalid_request."
    ),
    "createToken2: an unsupported grant is invalid_grant": (
        "In production and in OAuth 2 it is unsupported_grant_type."
    ),
    "H467 of a single consent as 400 without location": (
        "It stands under 422 with location and value as well, and a batch has only that."
    ),
    "PullPerBrandCode: 204 with the example {}": "A 204 has no body.",
    "consentsHistory: list and pagination may be texts": "They are a list and an object.",
    "dates are drawn as format date-time": "All examples have YYYY-MM-DD HH:mm:ss.",
}
"""What no schema can tell, for the reader."""


def validate(operation: str, status: int, answer: Any, *, but: Deviation | None = None) -> None:
    """Hold an answer against the official schema, but for the listed places.

    Takes   but: a deviation that is not to be mended
    Raises  jsonschema.ValidationError
    """
    document = _mended(but and but.at)
    schema = document["operations"][operation]["answers"][str(status)]["schema"]
    jsonschema.Draft202012Validator({**document, **schema}).validate(answer)


def assert_like_the_examples(
    operation: str, status: int, answer: Any, said: tuple[str, list[list[str]], set[str]]
) -> None:
    """An error fits its schema and, where an example has its code, has just the example's keys.

    Takes   said: the code as the document calls it, the keys of each error of the answer that has
            it, and the shapes in which these stand there
    """
    described = OPERATIONS[operation]["answers"].get(str(status))
    if described is None:  # a stage that the document does not draw: every error's shape holds
        if operation not in COLLECTION:
            jsonschema.Draft202012Validator(_EVERY_ERROR).validate(answer)
        return
    if described["schema"] is not None:
        validate(operation, status, answer)
    code, found, shapes = said
    drawn = [each for each in described["errors"] if each["code"] == code]
    documented = [each["keys"] for each in drawn]
    assert not documented or all(keys in documented for keys in found), (found, documented)
    assert not drawn or shapes <= {each.get("as", "list") for each in drawn}, (code, shapes)


_EVERY_ERROR = {**DOCUMENT["schemas"]["ErrorCodeWithMessage"], "schemas": DOCUMENT["schemas"]}


def documented_errors(operation: str) -> Iterator[tuple[int, str, list[str]]]:
    """Status, code and keys of every error example of an operation."""
    for status, answer in OPERATIONS[operation]["answers"].items():
        for error in answer["errors"]:
            yield int(status), error["code"], error["keys"]


def drawn(operation: str, status: int) -> set[str]:
    """Every key of the examples of an answer; where there is none, of its schema."""
    described = OPERATIONS[operation]["answers"][str(status)]
    if described["shapes"]:
        return set().union(*described["shapes"])
    return {f".{name}" for name in described["schema"].get("properties", ())}


def places(value: Any, at: str = "") -> set[str]:
    """Every key of an answer, as a path; lists are written ``[]``."""
    if isinstance(value, dict):
        below = (places(each, f"{at}.{name}") for name, each in value.items())
        return {f"{at}.{name}" for name in value}.union(*below)
    if isinstance(value, list):
        return set().union(*(places(each, f"{at}[]") for each in value))
    return set()


@cache
def _mended(but: str | None) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    for deviation in DEVIATIONS:
        if deviation.at != but:
            _put(document, deviation.at, deviation.becomes)
    return document


def _put(document: dict[str, Any], pointer: str, value: Any) -> None:
    *way, last = pointer[1:].split("/")
    for name in way:
        document = document[name]
    assert last in document, f"the document has no {pointer}"
    document[last] = value
