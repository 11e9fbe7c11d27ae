"""The page of the API's operations shows a changed contract, and nothing else."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.support.cases import each_case
from tools.reference.operations import operations_page

REFERENCE = {"schema": {"$ref": "#/components/schemas/Toy"}}
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/api/v1/toys/{toy}": {
            "put": {
                "description": "Paints a toy.",
                "x-scope": "toy:write",
                "parameters": [{"name": "toy", "in": "path", "schema": {"type": "string"}}],
                "requestBody": {"required": True, "content": {"application/json": REFERENCE}},
                "responses": {"200": {"content": {"application/json": REFERENCE}}, "404": {"description": "none"}},
            }
        }
    },
    "components": {
        "schemas": {
            "Toy": {"type": "object", "properties": {"colour": {"$ref": "#/components/schemas/Colour"}}},
            "Colour": {"type": "string", "enum": ["red"], "description": "of the paint"},
        }
    },
}
PUT = ("paths", "/api/v1/toys/{toy}", "put")
TOY = ("components", "schemas", "Toy", "properties")


def changed(value: Any, *keys: str) -> dict[str, Any]:
    """The document with another value at a place."""
    document = deepcopy(DOCUMENT)
    place = document
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return document


def test_an_operation_is_one_line() -> None:
    (line,) = [each for each in operations_page(DOCUMENT).splitlines() if "`PUT " in each]
    assert line.startswith("| `PUT /toys/{toy}` | toy:write | Toy | 200 Toy | `")


@each_case(
    ("value", "keys"),
    [
        ("toy:paint", (*PUT, "x-scope")),
        (False, (*PUT, "requestBody", "required")),
        ([], (*PUT, "parameters")),
        ({"200": {"content": {"application/json": REFERENCE}}}, (*PUT, "responses")),
        (["red", "blue"], ("components", "schemas", "Colour", "enum")),
        ({"type": "string"}, (*TOY, "description")),
    ],
    ids=["scope", "body", "parameter", "status", "value of an inner type", "field with the name of a word"],
)
def test_a_changed_contract_is_another_page(value: Any, keys: tuple[str, ...]) -> None:
    assert operations_page(changed(value, *keys)) != operations_page(DOCUMENT)


@pytest.mark.parametrize("keys", [(*PUT, "description"), ("components", "schemas", "Colour", "description")])
def test_other_words_are_the_same_contract(keys: tuple[str, ...]) -> None:
    assert operations_page(changed("Other words.", *keys)) == operations_page(DOCUMENT)
