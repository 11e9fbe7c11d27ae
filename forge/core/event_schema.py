"""What sockets tell, in the description of the API: what each type of event says, its message, all of a stream."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent, build_mocked_view
from drf_spectacular.utils import extend_schema, inline_serializer

from forge.core.event_types import EventType, StreamKind, declared_types

Schemas = dict[str, Any]
REFERENCE = "#/components/schemas/"


def data_schemas(types: Iterable[EventType], registry: ComponentRegistry | None = None) -> Schemas:
    """The components of what events say, by title, and of all that they hold."""
    registry = registry or ComponentRegistry()
    schema = build_mocked_view("get", "/", extend_schema(), registry).schema
    for event_type in types:
        said = inline_serializer(event_type.title, {**event_type.stored, **event_type.told})
        component = schema.resolve_serializer(said, "response")
        properties = (component.schema or {}).get("properties", {})
        described = _object(event_type.meaning, properties, event_type.stored)
        if component.schema is None:
            # One without fields is no component, says the library.
            component.name, component.type = event_type.title, ResolvedComponent.SCHEMA
            component.object, component.schema = event_type.title, described
            registry.register(component)
        else:
            component.schema.update(described)
    found: Schemas = registry.build({}).get("schemas", {})
    return found


def _object(description: str, properties: Schemas, required: Collection[str]) -> Schemas:
    found = {"type": "object", "description": description, "properties": properties, "additionalProperties": False}
    return found | ({"required": sorted(required)} if required else {})


def message_schemas(types: Iterable[EventType]) -> Schemas:
    """The components of messages, by title, and for each kind of stream the choice of all of its own."""
    found: Schemas = {}
    for event_type in types:
        found[f"{event_type.title}Event"] = _message(event_type)
    for kind in StreamKind:
        names = {each.name: f"{REFERENCE}{each.title}Event" for each in types if each.stream == kind}
        found[f"{kind.name.capitalize()}Event"] = {
            "description": f"An event of a stream of {kind.name.lower()}s.",
            "oneOf": [{"$ref": name} for name in names.values()],
            "discriminator": {"propertyName": "type", "mapping": names},
        }
    return found


def _message(event_type: EventType) -> Schemas:
    again = f" Read again: {event_type.read_again}." if event_type.read_again else ""
    fields = {
        "sequence": {"type": "integer", "description": "Its number in the stream, without gaps."},
        "type": {"type": "string", "enum": [event_type.name]},
        "data": {"$ref": REFERENCE + event_type.title},
    }
    return _object(event_type.meaning + again, fields, fields)


def add_event_data(result: Schemas, generator: Any, **_: object) -> Schemas:
    """Adds what events say to the generator's own components, whose enumerations get their names after this."""
    data_schemas(declared_types(), generator.registry)
    return {**result, "components": generator.registry.build({})}


def add_event_messages(result: Schemas, **_: object) -> Schemas:
    """Adds the messages of events, after enumerations got their names: a type's name is none."""
    components = result["components"]
    schemas = dict(sorted({**components["schemas"], **message_schemas(declared_types())}.items()))
    return {**result, "components": {**components, "schemas": schemas}}
