"""The messages of sockets in the description of the API: each type of event, its message, all of a stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forge.core.api.schema import Schema, component_name, schema_of
from forge.core.events.declarations import EventType, StreamKind, declared_types

REFERENCE = "#/components/schemas/"


def message_schemas(types: Sequence[EventType[Any, Any]], registry: Any) -> Schema:
    """The components of messages, and for each kind of stream the choice of its own; what they say is registered."""
    schemas: Schema = {_title(each): _message(each, registry) for each in types}
    for kind in StreamKind:
        titles = {each.name: REFERENCE + _title(each) for each in types if each.stream == kind}
        schemas[f"{kind.name.capitalize()}Event"] = {
            "description": f"An event of a stream of {kind.name.lower()}s.",
            "oneOf": [{"$ref": title} for title in titles.values()],
            "discriminator": {"propertyName": "type", "mapping": titles},
        }
    return schemas


def _title(event_type: EventType[Any, Any]) -> str:
    return f"{component_name(event_type.payload_type)}Event"


def _message(event_type: EventType[Any, Any], registry: Any) -> Schema:
    description = " ".join((event_type.payload_type.__doc__ or "").split())
    if event_type.read_again:
        description += f" Read again: {', '.join(event_type.read_again)}."
    return {
        "type": "object",
        "description": description,
        "properties": {
            "sequence": {"type": "integer", "description": "Its number in the stream, without gaps."},
            "type": {"type": "string", "enum": [event_type.name]},
            "data": schema_of(event_type.payload_type, registry),
        },
        "required": ["data", "sequence", "type"],
    }


def add_events(result: Schema, generator: Any, **_: object) -> Schema:
    """Adds the messages of all declared events to the description of the API, after everything else of it."""
    messages = message_schemas(declared_types(), generator.registry)
    components = generator.registry.build({})
    return {**result, "components": {**components, "schemas": dict(sorted((components["schemas"] | messages).items()))}}
