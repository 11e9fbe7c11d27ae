"""JSON schemas of arguments and answers, without what no assistant needs: it reads all of them before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

_MAPPINGS: Final = frozenset({"properties", "$defs"})
"""Keywords whose keys are names, not keywords."""


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Returns the schema of a type, without titles that repeat names."""
    return compact(model.model_json_schema())


def compact(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a schema that accepts the same values, without its titles. A choice of a type and null stays one: not all
    assistants read a list of types."""
    return {key: _compact_part(key, value) for key, value in schema.items() if key != "title"}


def _compact_part(keyword: str, value: Any) -> Any:
    match value:
        case dict() if keyword in _MAPPINGS:
            return {name: compact(each) for name, each in value.items()}
        case dict() if keyword != "default":
            return compact(value)
        case list():
            return [compact(each) if isinstance(each, dict) else each for each in value]
        case _:
            return value
