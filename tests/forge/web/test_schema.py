"""The API's description is the one that the code gives. It leaves no shape open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.support.cases import each_case
from tools.generators.contract import description, text_of
from tools.setup import API


@pytest.mark.slow
def test_the_built_description_is_the_one_that_is_served(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "openapi.yaml"))
    assert text_of(description()) == API.read_text("utf-8"), "write it anew: make setup"


def open_shapes(schema: Any, at: str) -> Iterator[str]:
    """Returns the places where a schema takes anything: objects without fields, values without a type."""
    if not isinstance(schema, dict):
        return
    keywords = {"$ref", "allOf", "oneOf", "anyOf", "enum", "type"} & schema.keys()
    is_bare = schema.get("type") == "object" and not {"properties", "additionalProperties"} & schema.keys()
    if not keywords or is_bare:
        yield at
    for name, inner in schema.get("properties", {}).items():
        yield from open_shapes(inner, f"{at}.{name}")
    for key in ("items", "additionalProperties"):
        if key in schema and schema[key] is not False:
            yield from open_shapes(schema[key], f"{at}[]")
    for key in ("allOf", "oneOf", "anyOf"):
        for inner in schema.get(key, ()):
            yield from open_shapes(inner, at)


def all_schemas(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every schema of a description by where it stands: components, bodies and answers."""
    yield from document["components"]["schemas"].items()
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            bodies = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
            for body in bodies:
                for media_type, content in body.get("content", {}).items():
                    yield f"{method} {address} {media_type}", content.get("schema", {})


@pytest.mark.slow
def test_no_shape_is_left_open() -> None:
    document = json.loads(API.read_text("utf-8"))
    assert [place for name, schema in all_schemas(document) for place in open_shapes(schema, name)] == []


@each_case(
    ("schema", "expected"),
    [
        ({}, ["x"]),
        ({"type": "object"}, ["x"]),
        ({"nullable": True, "description": "anything"}, ["x"]),
        ({"type": "object", "additionalProperties": {}}, ["x[]"]),
        ({"type": "array", "items": {"type": "object"}}, ["x[]"]),
        ({"type": "object", "properties": {"a": {}, "b": {"type": "string"}}}, ["x.a"]),
        ({"allOf": [{}], "nullable": True}, ["x"]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, []),
        ({"$ref": "#/components/schemas/X"}, []),
    ],
)
def test_an_open_shape_is_found(schema: dict[str, Any], expected: list[str]) -> None:
    assert list(open_shapes(schema, "x")) == expected
