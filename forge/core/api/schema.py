"""The description of answers: types (`TypedDict`) become components of the OpenAPI file. A shape is written once.

drf-spectacular describes the rest: addresses, parameters, and the serializers of what comes in.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from enum import Enum
from http import HTTPStatus
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentIdentity, ResolvedComponent, force_instance
from drf_spectacular.utils import OpenApiParameter

from forge.core.api.body_types import takes_more_fields
from forge.core.api.failures import failures, reason
from forge.core.api.json_types import Format, NamedChoices, PageJson, TypeAt
from forge.core.api.needs import PERSON
from forge.core.api.problems import MEDIA_TYPE, ProblemJson
from forge.core.hooks import Hook

Schema = dict[str, Any]

PAGE_PARAMETERS = (
    OpenApiParameter("cursor", str, description="the place of a page, from `next` or `previous` of another"),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 200}, description="rows of a page; 50"),
)
"""How a list that comes in pages is asked for (`forge.core.api.pages`)."""
_HEADERS: Mapping[HTTPStatus, tuple[str, ...]] = {
    HTTPStatus.TEMPORARY_REDIRECT: ("Location",),
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}
"""Headers that a refusal has."""

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number", "format": "double"},
    bool: {"type": "boolean"},
    Any: {},
}


class WithParts:
    """The answer type `base` with the parts that higher floors add to it: each function of `hook` returns one."""

    def __init__(self, base: type, hook: Hook[Any, Any]) -> None:
        self.base = base
        self.hook = hook


def loaded_type(hint: object) -> object:
    """The type that a `TypeAt` stands for; anything else as it is."""
    return getattr(importlib.import_module(hint.module), hint.name) if isinstance(hint, TypeAt) else hint


def describes_json(hint: object) -> bool:
    """Returns whether it is the type of an answer."""
    if get_origin(hint) is UnionType or isinstance(hint, UnionType):
        return all(map(describes_json, get_args(hint)))
    return _is_component(hint)


def _is_component(hint: Any) -> bool:
    return isinstance(hint, WithParts) or is_typeddict(get_origin(hint) or hint)


def schema_of(hint: Any, registry: Any) -> Schema:
    """The schema of a type. A `TypedDict` is put into the registry of components and referred to.

    Raises `TypeError` for a type that is not of JSON.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if _is_component(hint):
        return _component(hint, registry)
    if origin is Annotated:
        return _annotated_schema(arguments[0], arguments[1:], registry)
    if origin in (Union, UnionType):
        return _union(arguments, registry)
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in (list, Sequence):
        return {"type": "array", "items": schema_of(arguments[0], registry)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": schema_of(arguments[1], registry)}
    if hint not in _PLAIN:
        raise TypeError(f"{hint} is not a type of JSON that can be described")
    return dict(_PLAIN[hint])


def component_name(hint: Any) -> str:
    """The name of a type's component: `Build` for `BuildJson`, `BuildPage` for `PageJson[BuildJson]`."""
    if isinstance(hint, WithParts):
        return component_name(hint.base)
    name: str = (get_origin(hint) or hint).__name__
    return "".join(map(component_name, get_args(hint))) + name.removesuffix("Json")


def _component(hint: Any, registry: Any) -> Schema:
    name = component_name(hint)
    identity = hint.base if isinstance(hint, WithParts) else get_origin(hint) or hint
    component = ResolvedComponent(name, ResolvedComponent.SCHEMA, {}, identity)  # type: ignore[no-untyped-call]
    if component not in registry:
        registry.register(component)  # before its fields, which may refer to it
        component.schema = _object(hint, registry)
    reference: Schema = component.ref
    return reference


def _object(hint: Any, registry: Any) -> Schema:
    properties: Schema = {}
    required_keys: list[str] = []
    for part in _parts(hint):
        kind = get_origin(part) or part
        bound = dict(zip(getattr(kind, "__parameters__", ()), get_args(part), strict=True))
        for key, field in get_type_hints(kind, include_extras=True).items():
            is_optional = get_origin(field) is NotRequired
            inner = get_args(field)[0] if is_optional else field
            open_types = getattr(inner, "__parameters__", ())
            properties[key] = schema_of(
                inner[tuple(bound[each] for each in open_types)] if open_types else inner, registry
            )
            # Python does not see `NotRequired` in the annotations of a module that keeps them as text.
            if key in kind.__required_keys__ and not is_optional:
                required_keys.append(key)
    docstring = _parts(hint)[0].__doc__
    description = {"description": " ".join(docstring.split())} if docstring else {}
    requirement = {"required": sorted(required_keys)} if required_keys else {}
    return {"type": "object", **description, "properties": properties, **requirement}


def _parts(hint: Any) -> list[Any]:
    if isinstance(hint, WithParts):
        return [hint.base, *(get_type_hints(function)["return"] for function in hint.hook.functions)]
    return [hint]


def _annotated_schema(hint: Any, notes: Sequence[Any], registry: Any) -> Schema:
    schema = schema_of(hint, registry)
    for note in notes:
        if isinstance(note, Format):
            schema["format"] = note.name
        elif isinstance(note, NamedChoices):
            schema = _choices(note, registry)
        elif isinstance(note, type) and issubclass(note, Enum):
            schema["enum"] = [each.value for each in note]
        elif isinstance(note, str):
            schema["description"] = note
    return schema


def _choices(note: NamedChoices, registry: Any) -> Schema:
    enum = {"type": "string", "enum": list(note.values)}
    identity = ComponentIdentity(note)  # type: ignore[no-untyped-call]
    component = ResolvedComponent(note.name, ResolvedComponent.SCHEMA, enum, identity)  # type: ignore[no-untyped-call]
    registry.register_on_missing(component)
    reference: Schema = component.ref
    return reference


def _union(hints: Sequence[Any], registry: Any) -> Schema:
    schemas = [schema_of(each, registry) for each in hints if each is not NoneType]
    # Not `oneOf`: a type with more fields than another is also of the other.
    schema: Schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    if NoneType not in hints:
        return schema
    return {"allOf": [schema], "nullable": True} if "$ref" in schema else schema | {"nullable": True}


def _problem(status: HTTPStatus, registry: Any) -> Schema:
    content = {MEDIA_TYPE: {"schema": schema_of(ProblemJson, registry)}}
    response: Schema = {"description": reason(status), "content": content}
    if headers := _HEADERS.get(status, ()):
        response["headers"] = {name: {"schema": {"type": "string"}, "required": True} for name in headers}
    name = status.phrase.title().replace(" ", "").replace("-", "")
    component = ResolvedComponent(name, ResolvedComponent.RESPONSE, response, status)  # type: ignore[no-untyped-call]
    registry.register_on_missing(component)
    reference: Schema = component.ref
    return reference


class ForgeSchema(AutoSchema):
    """Describes a view; its `responses` may be types of answers. Each status of a refusal is described as a problem."""

    def get_auth(self) -> list[Schema]:
        """Returns the schemes of authorisation.

        Without a scope that is needed, anyone is answered; a view that needs a person takes no token.
        """
        schemes: list[Schema] = super().get_auth()
        needs: Mapping[str, str | None] = getattr(self.view, "needs", {})
        if needs.get(self.method.lower(), "") == PERSON:
            return [scheme for scheme in schemes if "token" not in scheme]
        is_open = needs.get(self.method.lower(), "") is None
        return [{}] if is_open and not schemes else [*schemes, {}] if is_open else schemes

    def get_operation(self, *args: Any, **kwargs: Any) -> Schema | None:
        """Names the scope that a token needs as `x-scope`."""
        operation: Schema | None = super().get_operation(*args, **kwargs)
        scope = getattr(self.view, "needs", {}).get(self.method.lower())
        return operation | {"x-scope": str(scope)} if operation and scope else operation

    def get_override_parameters(self) -> list[Any]:
        """A page of a list is asked for by a cursor, and may be longer or shorter."""
        parameters: list[Any] = super().get_override_parameters()
        is_page = get_origin(loaded_type(self.get_response_serializers())) is PageJson
        return [*parameters, *(PAGE_PARAMETERS if is_page else ())]

    def _get_response_bodies(self, direction: Any = "response") -> Schema:
        answers = loaded_type(self.get_response_serializers())
        bodies: Schema
        if describes_json(answers):
            bodies = {"200": self._get_response_for_code(answers, "200", direction=direction)}
        else:
            bodies = super()._get_response_bodies(direction)
        takes_parameters = bool(self._get_parameters())
        failure_statuses = failures(
            self.view, self.method.lower(), takes_parameters=takes_parameters, takes_body=self._takes_body()
        )
        return {**bodies, **{str(int(status)): _problem(status, self.registry) for status in failure_statuses}}

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Schema:
        """An object that comes in has the described fields alone (`forge.core.api.body_types`)."""
        schema: Schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        is_closed = direction == "request" and not takes_more_fields(force_instance(serializer))  # type: ignore[no-untyped-call]
        return schema | {"additionalProperties": False} if is_closed else schema

    def _takes_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH") and bool(self._get_request_body())  # type: ignore[no-untyped-call]

    def _get_response_for_code(self, serializer: Any, *args: Any, **kwargs: Any) -> Schema:
        answer = schema_of(serializer, self.registry) if describes_json(serializer) else serializer
        response: Schema = super()._get_response_for_code(answer, *args, **kwargs)  # type: ignore[no-untyped-call]
        return response
