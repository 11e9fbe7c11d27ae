"""Checks that JSON from another process has the type that it must have: the `TypedDict` by which mypy checks its
writer."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

_LISTS = (list, Sequence)
_OBJECTS = (dict, Mapping)


def has_shape(value: Any, shape: Any) -> bool:
    """Returns whether a value that was read from JSON is of a type.

    An object may have more fields than its type names.
    """
    if shape is Any or shape is object:
        return True
    if is_typeddict(shape):
        return isinstance(value, dict) and _has_fields(value, shape)
    origin, arguments = get_origin(shape), get_args(shape)
    if origin is Annotated or origin in (Required, NotRequired):
        return has_shape(value, arguments[0])
    if origin in (Union, types.UnionType):
        return any(has_shape(value, one) for one in arguments)
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in arguments)
    if (origin or shape) in _LISTS:
        return isinstance(value, list) and all(has_shape(one, item) for one in value for item in arguments[:1])
    if origin is tuple:
        return _is_tuple(value, arguments)
    if (origin or shape) in _OBJECTS:
        return isinstance(value, dict) and all(has_shape(one, item) for one in value.values() for item in arguments[1:])
    return _is_plain(value, shape)


def _has_fields(value: Mapping[str, Any], shape: Any) -> bool:
    required_keys, fields = _fields(shape)
    return required_keys <= value.keys() and all(
        has_shape(value[name], kind) for name, kind in fields.items() if name in value
    )


@cache
def _fields(shape: Any) -> tuple[frozenset[str], Mapping[str, Any]]:
    hints = get_type_hints(shape, include_extras=True)
    # Annotations are texts when the class is made, which then takes every field for a required one.
    left_out = {name for name, kind in hints.items() if get_origin(kind) is NotRequired}
    return frozenset(shape.__required_keys__ - left_out), hints


def _is_tuple(value: Any, arguments: Sequence[Any]) -> bool:
    if not isinstance(value, list):
        return False
    if len(arguments) == 2 and arguments[1] is ...:
        return all(has_shape(one, arguments[0]) for one in value)
    return len(value) == len(arguments) and all(map(has_shape, value, arguments))


def _is_plain(value: Any, shape: Any) -> bool:
    if shape is None:
        return value is None
    if shape is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    # To Python, true is a whole number too.
    return isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
