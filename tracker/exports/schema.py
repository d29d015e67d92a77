"""The form of the JSON export, as a JSON schema (2020-12), from the one list of columns."""

from typing import Any

from tracker.exports.columns import Column, Kind, columns

FORMATS = {Kind.DAY: "date", Kind.MOMENT: "date-time", Kind.ADDRESS: "uri"}


def schema(address: str) -> dict[str, Any]:
    """Describe the export in the active language; `address` is where this schema itself is found."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "array",
        "items": {
            "type": "object",
            "properties": {column.name: _property(column) for column in columns()},
            "required": [column.name for column in columns()],
            "additionalProperties": False,
        },
    }


def _property(column: Column) -> dict[str, Any]:
    described = {"description": str(column.meaning), "examples": [column.example]}
    if column.kind == Kind.LIST:
        item: dict[str, Any] = {"type": "string"}
        if column.labels:
            item["enum"] = [*column.labels]
        return {"type": "array", "items": item, **described}
    if column.kind == Kind.NUMBER:
        return {"type": ["integer", "null"] if column.may_be_empty else "integer", **described}
    if column.labels:
        empty = [""] if column.may_be_empty else []
        return {"type": "string", "enum": [*column.labels, *empty], **described}
    return {**_text(column), **described}


def _text(column: Column) -> dict[str, Any]:
    """Days that are not known are null; a text, and an address, that nobody gave is empty."""
    formatted = {"format": FORMATS[column.kind]} if column.kind in FORMATS else {}
    if not column.may_be_empty:
        return {"type": "string", **formatted}
    if column.kind == Kind.DAY:
        return {"type": ["string", "null"], **formatted}
    if formatted:
        return {"anyOf": [{"type": "string", **formatted}, {"const": ""}]}
    return {"type": "string"}
