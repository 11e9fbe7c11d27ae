"""Types of answers as OpenAPI schemas: what each part of a type becomes, and what is refused."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest
from drf_spectacular.plumbing import ComponentRegistry

from forge.core.api.json_types import PageJson, Timestamp, choices
from forge.core.api.schema import WithParts, schema_of
from forge.core.hooks import Hook
from tests.support.cases import each_case


class PaintColour(Enum):
    RED = "red"
    BLUE = "blue"


class SchemaPartJson(TypedDict):
    """A part."""

    name: str


class ThingJson(SchemaPartJson):
    """A thing,
    in two lines."""

    size: int | None
    part: SchemaPartJson | None
    parts: list[SchemaPartJson]
    by_name: dict[str, float]
    kind: Literal["a", "b"]
    colour: Annotated[str, PaintColour]
    state: Annotated[str, choices("ThingState", ["on", "off"])]
    created: Timestamp
    note: NotRequired[Annotated[str, "what is said of it"]]


def described(hint: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    registry = ComponentRegistry()
    schema = schema_of(hint, registry)
    return schema, registry.build({}).get("schemas", {})


def test_a_type_becomes_a_component_with_all_of_its_fields() -> None:
    schema, components = described(ThingJson)
    part = {"$ref": "#/components/schemas/SchemaPart"}
    assert schema == {"$ref": "#/components/schemas/Thing"}
    assert components["Thing"] == {
        "type": "object",
        "description": "A thing, in two lines.",
        "properties": {
            "name": {"type": "string"},
            "size": {"type": "integer", "nullable": True},
            "part": {"allOf": [part], "nullable": True},
            "parts": {"type": "array", "items": part},
            "by_name": {"type": "object", "additionalProperties": {"type": "number", "format": "double"}},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "colour": {"type": "string", "enum": ["red", "blue"]},
            "state": {"$ref": "#/components/schemas/ThingState"},
            "created": {"type": "string", "format": "date-time"},
            "note": {"type": "string", "description": "what is said of it"},
        },
        "required": sorted(["name", "size", "part", "parts", "by_name", "kind", "colour", "state", "created"]),
    }
    assert components["ThingState"] == {"type": "string", "enum": ["on", "off"]}


def test_a_page_is_named_after_what_it_lists() -> None:
    schema, components = described(PageJson[SchemaPartJson])
    assert schema == {"$ref": "#/components/schemas/SchemaPartPage"}
    results = components["SchemaPartPage"]["properties"]["results"]
    assert results == {"type": "array", "items": {"$ref": "#/components/schemas/SchemaPart"}}


class MoreJson(TypedDict):
    """The keys that another floor adds."""

    more: bool


def add_more() -> MoreJson:
    return {"more": True}


def test_an_answer_has_the_fields_that_are_registered_with_its_hook() -> None:
    hook: Hook[[], MoreJson] = Hook()
    hook.register(add_more)
    _, components = described(WithParts(SchemaPartJson, hook))
    assert list(components["SchemaPart"]["properties"]) == ["name", "more"]


@each_case("hint", [bytes, list[bytes], set, object])
def test_what_is_not_json_is_refused(hint: Any) -> None:
    with pytest.raises(TypeError, match="is not a type of JSON"):
        described(hint)
