"""Pieces of JSON schemas, for the reader of the document."""

from typing import Any

Schema = dict[str, Any]


def object_of(_required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    shape: Schema = {"type": "object", "properties": properties}
    return {**shape, "required": list(_required)} if _required else shape


def list_of(items: Schema, **more: Any) -> Schema:
    """Give the schema of a list."""
    return {"type": "array", "items": items, **more}


def with_examples(schema: Schema, *examples: object) -> Schema:
    """Give a schema with examples."""
    return {**schema, "examples": list(examples)}


def one_of(values: tuple[str, ...]) -> Schema:
    """Give the schema of a closed vocabulary."""
    return {"type": "string", "enum": [str(value) for value in values]}


TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
CODE: Schema = {"type": "integer"}
YES: Schema = {"type": "boolean"}
WHEN: Schema = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$",
    "examples": ["2026-01-15 13:45:00"],
}
UUID: Schema = {"type": "string", "format": "uuid"}
STANDING: Schema = list_of(
    object_of(
        ("type", "recipientType", "approvals", "rejections"),
        type=TEXT,
        recipientType=TEXT,
        approvals=COUNT,
        rejections=COUNT,
    )
)
"""How many consents stand, by channel and recipient type."""
