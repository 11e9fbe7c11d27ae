"""The tools of the server as clients list them, beside those of `rune mcp`: the same name means the same."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from forge.agents.mcp.server import TOOLS
from rune.tools.cli.agents.server import folder_tools
from rune.tools.mcp.declarations import Tool
from rune.tools.mcp.schemas import schema_of
from tests.support.agents.schemas import titles_in

FOLDER: Final = {each.name: each for each in folder_tools()}
COMMON: Final = [each for each in TOOLS if each.name in FOLDER]
OWN_ARGUMENTS: Final = {
    "draft": "a server has a draft of its own beside the project's files",
    "wait_seconds": "a server builds and trains as jobs",
    "targets": "the people of a project choose the targets of its builds",
    "samples": "the samples of a folder are in a place of it",
    "file": "a folder has files that are no samples of a project",
    "values": "a folder has files for small inputs",
}
"""Arguments that one side alone has, and why."""
MOST_BYTES: Final = 56_000
"""Bytes of the list of tools, which an assistant reads before it begins."""


def others(arguments: dict[str, Any]) -> dict[str, Any]:
    """Returns the arguments that both sides have, without the descriptions, which say where the project is."""
    fields = arguments["properties"].items()
    return {
        name: {key: value for key, value in each.items() if key not in ("description", "default")}
        for name, each in fields
        if name not in OWN_ARGUMENTS
    }


@pytest.mark.parametrize("tool", COMMON, ids=lambda each: each.name)
def test_a_tool_of_both_servers_answers_the_same_type(tool: Tool[Any]) -> None:
    assert tool.answer is FOLDER[tool.name].answer
    assert tool.changes == FOLDER[tool.name].changes


@pytest.mark.parametrize("tool", COMMON, ids=lambda each: each.name)
def test_a_tool_of_both_servers_takes_the_same_arguments(tool: Tool[Any]) -> None:
    assert others(schema_of(tool.arguments)) == others(schema_of(FOLDER[tool.name].arguments))


@pytest.mark.parametrize("tool", TOOLS, ids=lambda each: each.name)
def test_a_tool_has_valid_schemas_without_titles(tool: Tool[Any]) -> None:
    for schema in map(schema_of, (tool.arguments, tool.answer)):
        Draft202012Validator.check_schema(schema)
        assert list(titles_in(schema)) == []
        assert schema["description"]


def test_the_list_of_tools_stays_short() -> None:
    rows = [[each.name, each.description, schema_of(each.arguments), schema_of(each.answer)] for each in TOOLS]
    assert len(json.dumps(rows, separators=(",", ":"))) < MOST_BYTES
