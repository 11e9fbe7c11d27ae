"""Validates an event's payload against its declared schema, the one in the API's description.

Used in tests and with `DEBUG`: `forge.core.events.log.event_checks` says why.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.plumbing import ComponentRegistry
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from forge.core.api.schema import schema_of
from forge.core.events.declarations import EventType, NewEvent, WrongEvent


def check_shape(event: NewEvent) -> None:
    """Raises `WrongEvent` if an event's payload does not match its declaration."""
    if (problem := best_match(_validator(event.type).iter_errors(event.says))) is not None:
        raise WrongEvent(f"{event.type.name}: {problem.json_path}: {problem.message}")


@cache
def _validator(event_type: EventType[Any]) -> Draft202012Validator:
    registry = ComponentRegistry()
    root = schema_of(event_type.hint, registry)
    schemas = {name: closed(schema) for name, schema in registry.build({})["schemas"].items()}
    return Draft202012Validator({**root, "components": {"schemas": schemas}}, format_checker=FormatChecker())


def closed(schema: Any) -> Any:
    """Converts a schema of OpenAPI 3.0 to a JSON Schema without additional properties."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items() if key != "nullable"}
    if result.get("type") == "object" and "properties" in result:
        result.setdefault("additionalProperties", False)
    return {"anyOf": [result, {"type": "null"}]} if schema.get("nullable") is True else result
