"""Compares what an event says with its whole declaration: no field more, none less, each of its type.

By the schema that the description of the API has, so that this is true for whoever reads events by it. Only where code
is tried: `forge.core.events.event_checks` says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from forge.core.event_schema import REFERENCE, data_schemas
from forge.core.event_types import EventType, WrongEvent


def check_shape(event_type: EventType, data: Mapping[str, Any]) -> None:
    """Raises `WrongEvent` where the data are not what the declaration says."""
    if (problem := best_match(_validator(event_type).iter_errors(data))) is not None:
        raise WrongEvent(f"{event_type.name}: {problem.json_path}: {problem.message}")


@cache
def _validator(event_type: EventType) -> Draft202012Validator:
    schemas = {name: closed(schema) for name, schema in data_schemas([event_type]).items()}
    root = {"$ref": REFERENCE + event_type.title, "components": {"schemas": schemas}}
    return Draft202012Validator(root, format_checker=FormatChecker())


def closed(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as a JSON Schema that takes no field which it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items() if key != "nullable"}
    if found.get("type") == "object" and "properties" in found:
        found.setdefault("additionalProperties", False)
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found
