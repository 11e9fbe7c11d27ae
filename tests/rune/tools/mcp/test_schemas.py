"""Schemas of tools: valid, without noise, and about the same values as those of the types."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from rune.tools.cli.agents.server import folder_tools
from rune.tools.mcp.declarations import Tool, ToolArguments
from rune.tools.mcp.schemas import compact, schema_of
from tests.support.agents.schemas import titles_in


class TitledThing(ToolArguments):
    """Something with a field that is called as a keyword is."""

    title: str
    count: int | None = None
    at_least: int | None = Field(default=None, ge=1)
    extra: dict[str, Any] = Field(default={"title": "kept"})
    parts: list[TitledThing] = Field(default=[])


def test_the_search_for_titles_finds_titles_and_spares_fields_of_that_name() -> None:
    assert list(titles_in({"title": "A"})) == ["A"]
    assert list(titles_in({"properties": {"title": {"type": "string"}}})) == []
    assert list(titles_in({"anyOf": [{"title": "A"}], "$defs": {"title": {"title": "B"}}})) == ["A", "B"]


def test_a_field_that_is_called_title_stays_with_its_default_and_its_limits() -> None:
    schema = schema_of(TitledThing)
    fields = schema["$defs"]["TitledThing"]["properties"] if "$defs" in schema else schema["properties"]
    assert fields["title"] == {"type": "string"}
    assert fields["count"] == {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None}
    assert fields["at_least"]["anyOf"] == [{"type": "integer", "minimum": 1}, {"type": "null"}]
    assert fields["extra"]["default"] == {"title": "kept"}


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ({"title": "a"}, True),
        ({"title": "a", "count": None, "at_least": 2, "parts": [{"title": "b"}]}, True),
        ({}, False),
        ({"title": "a", "count": "1"}, False),
        ({"title": "a", "at_least": 0}, False),
        ({"title": "a", "parts": [{"count": 1}]}, False),
        ({"title": "a", "more": 1}, False),
    ],
)
def test_a_compact_schema_accepts_the_same_values(value: object, is_right: bool) -> None:
    schema = TitledThing.model_json_schema()
    assert Draft202012Validator(schema).is_valid(value) is is_right
    assert Draft202012Validator(compact(schema)).is_valid(value) is is_right


@pytest.mark.parametrize("tool", folder_tools(), ids=lambda each: each.name)
def test_a_tool_of_a_folder_has_valid_schemas_without_titles_in(tool: Tool[Any]) -> None:
    for schema in map(schema_of, (tool.arguments, tool.answer)):
        Draft202012Validator.check_schema(schema)
        assert list(titles_in(schema)) == []
        assert schema["description"]
