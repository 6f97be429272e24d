"""The document that the door gives of itself."""

import json

import jsonschema
import msgspec
import pytest
from builders.door import a_client, a_door, a_table, an_operation

from izin.admission.lanes import Lane
from izin.api.openapi import document, document_text, error_codes
from izin.api.operation import Operation
from izin.i18n.catalogue import Language


class Receipt(msgspec.Struct, rename="camel"):
    transaction_id: str


TYPED = an_operation(request=Receipt, answers={200: Receipt, 202: {"type": "array"}, 204: None})


def described(operation: Operation, language=Language.EN):
    path = document([operation], language)["paths"][operation.path]
    return path[operation.method.lower()]


async def test_the_document_is_served_in_the_readers_language():
    async with a_client(a_door()) as client:
        turkish = (await client.get("/openapi.json")).json()
        english = (await client.get("/openapi.json", headers={"accept-language": "en"})).json()
    assert turkish["openapi"] == "3.1.0"
    path = "/sps/{iysCode}/brands/{brandCode}/consents"
    assert turkish["paths"][path]["post"]["summary"] == "Deneme."
    assert english["paths"][path]["post"]["summary"] == "A trial."


def test_every_row_stands_under_its_path_and_its_aliases_with_an_id_of_its_own():
    paths = document(a_table(), Language.EN)["paths"]
    wanted = {path for row in a_table() for path in (row.path, *row.aliases)}
    assert set(paths) == wanted
    ids = [row["operationId"] for path in paths.values() for row in path.values()]
    assert len(ids) == len(set(ids)) == len(wanted)


def test_the_same_table_gives_the_same_text():
    assert document_text(a_table(), Language.EN) == document_text(a_table(), Language.EN)
    assert json.loads(document_text(a_table(), Language.TR)) == document(a_table(), Language.TR)


def test_parts_of_a_path_are_parameters_and_the_codes_among_them_integers():
    kinds = {
        each["name"]: each["schema"]["type"]
        for each in described(a_table()[2])["parameters"]
        if each["in"] == "path"
    }
    assert kinds == {
        "iysCode": "integer",
        "brandCode": "integer",
        "recipientType": "string",
        "type": "string",
    }


def test_types_become_components_and_empty_answers_have_no_content():
    whole = document([TYPED], Language.EN)
    row = described(TYPED)
    reference = {"$ref": "#/components/schemas/Receipt"}
    assert row["requestBody"]["content"]["application/json"]["schema"] == reference
    assert row["responses"]["200"]["content"]["application/json"]["schema"] == reference
    assert row["responses"]["202"]["content"]["application/json"]["schema"] == {"type": "array"}
    assert "content" not in row["responses"]["204"]
    assert "transactionId" in whole["components"]["schemas"]["Receipt"]["properties"]


def test_the_token_call_is_open_and_takes_both_kinds_of_body():
    row = described(a_table()[-1])
    assert row["security"] == []
    assert set(row["requestBody"]["content"]) == {
        "application/json",
        "application/x-www-form-urlencoded",
    }


def test_every_error_stands_under_its_status_with_its_words():
    row = described(an_operation(errors=("H174", "H180")))
    responses = row["responses"]
    assert set(responses) == {
        "200", "400", "401", "403", "405", "408", "413", "415", "422", "429", "500", "503",
    }  # fmt: skip
    examples = responses["403"]["content"]["application/json"]["examples"]
    assert set(examples) == {"H180", "H353", "H520", "H521", "H524", "H586"}
    assert "RET" in examples["H520"]["value"]["errors"][0]["message"]


def test_every_example_fits_the_schema_of_errors():
    whole = document(a_table(), Language.TR)
    schema = whole["components"]["schemas"]["Problem"]
    examples = [
        example["value"]
        for path in whole["paths"].values()
        for row in path.values()
        for response in row["responses"].values()
        for content in response.get("content", {}).values()
        for example in content.get("examples", {}).values()
    ]
    assert examples
    for example in examples:
        jsonschema.validate(example, schema)


@pytest.mark.parametrize(
    ("lane", "code"),
    [(Lane.TOKEN, "H084"), (Lane.SINGLE_STATUS, "H086"), (Lane.HISTORY, "H089")],
)
def test_a_lanes_hourly_limit_is_among_its_errors(lane, code):
    assert code in error_codes(an_operation(lane=lane))
    assert code not in error_codes(an_operation(lane=Lane.CONSENT))


def test_probes_know_no_limit():
    assert "H124" not in error_codes(an_operation(lane=Lane.HEALTH))


def test_queries_are_described():
    parameters = described(a_table()[3])["parameters"]
    assert {
        "name": "after",
        "in": "query",
        "required": False,
        "description": "A cursor.",
        "schema": {"type": "string"},
    } in parameters
