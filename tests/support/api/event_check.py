"""Compares an event with its whole declaration: no field more, none less, each of its type.

It uses the schema of the API's description, so that the comparison holds for programs that read events by it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.plumbing import ComponentRegistry
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from forge.core.api.schema import schema_of
from forge.core.events.declarations import EventType, NewEvent
from forge.core.events.errors import WrongEvent


def check_shape(event: NewEvent) -> None:
    """Raises `WrongEvent` where an event is not what its declaration says."""
    if (problem := best_match(_validator(event.type).iter_errors(event.payload))) is not None:
        raise WrongEvent(f"{event.type.name}: {problem.json_path}: {problem.message}")


@cache
def _validator(event_type: EventType[Any, Any]) -> Draft202012Validator:
    registry = ComponentRegistry()
    root = schema_of(event_type.payload_type, registry)
    schemas = {name: closed(schema) for name, schema in registry.build({})["schemas"].items()}
    return Draft202012Validator({**root, "components": {"schemas": schemas}}, format_checker=FormatChecker())


def closed(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as a JSON Schema that takes no field which it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items() if key != "nullable"}
    if result.get("type") == "object" and "properties" in result:
        result.setdefault("additionalProperties", False)
    return {"anyOf": [result, {"type": "null"}]} if schema.get("nullable") is True else result
