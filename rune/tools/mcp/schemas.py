"""JSON schemas of arguments and answers, without what no assistant needs: it reads all of them before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

_MAPPINGS: Final = frozenset({"properties", "$defs"})
"""Keywords whose keys are names, not keywords."""
_NULL: Final = {"type": "null"}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Returns the schema of a type, without titles that repeat names."""
    return compact(model.model_json_schema())


def compact(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a schema that accepts the same values, without its titles and with `type: [T, null]` in place of a choice
    of both."""
    parts = {key: _compact_part(key, value) for key, value in schema.items() if key != "title"}
    match parts.get("anyOf"):
        case [{"type": str(type_), **rest}, null] if null == _NULL and not rest:
            del parts["anyOf"]
            return {"type": [type_, "null"], **parts}
        case _:
            return parts


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
