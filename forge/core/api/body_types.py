"""Checks that a request body has the fields and types that the API's description states.

REST framework ignores fields that it does not know, and accepts 1 for "1", "yes" for true and "3" for 3. Here all of
these are errors: a field with a typing error would be ignored silently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field

from rune.wording import plain

_LISTS = (serializers.ListField, serializers.ListSerializer)
MAX_NAME = 100
"""Characters of a name in a message."""

_TYPES: tuple[tuple[type[Field[Any, Any, Any, Any]], type | tuple[type, ...], str], ...] = (
    (serializers.BooleanField, bool, "Send true or false."),
    (serializers.IntegerField, int, "Send a whole number."),
    (serializers.FloatField, (int, float), "Send a number."),
    (serializers.CharField, str, "Send a text."),
    (serializers.ChoiceField, str, "Send a text."),
    (serializers.UUIDField, str, "Send a text."),
    (serializers.DateField, str, "Send a text."),
)


def require_described_types(serializer: serializers.Serializer[Any], data: Any) -> None:
    """Compares a JSON object's keys with the fields, and the types of its values. Missing and null values are left to
    the fields.

    Raises `ValidationError`.
    """
    require_known_fields(serializer, data)
    mismatches = _mismatches(serializer, data)
    if mismatches:
        raise ValidationError(mismatches)


def takes_more_fields(serializer: serializers.Serializer[Any]) -> bool:
    """Returns whether a body may have fields beside those of its serializer, which declares that by this name."""
    return bool(getattr(serializer, "takes_more_fields", False))


def require_known_fields(serializer: serializers.Serializer[Any], data: Any) -> None:
    """Raises `ValidationError` for each key of a JSON object, at any depth, that is no field; it names the nearest."""
    messages = dict(_unknown_fields(serializer, data, ""))
    if messages:
        raise ValidationError({place: [message] for place, message in messages.items()})


def _unknown_fields(field: Any, value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yields the place of each unknown key, such as `parts[1].size`, and the message about it."""
    if isinstance(field, _LISTS):
        has_objects = isinstance(field.child, (*_LISTS, serializers.Serializer))
        for index, each in enumerate(value if isinstance(value, list) and has_objects else ()):
            yield from _unknown_fields(field.child, each, f"{place}[{index}]")
    elif isinstance(field, serializers.Serializer) and isinstance(value, Mapping):
        prefix = f"{place}." if place else ""
        for name, each in value.items():
            if name in field.fields:
                yield from _unknown_fields(field.fields[name], each, prefix + name)
            elif not takes_more_fields(field):
                yield f"{prefix}{name}"[:MAX_NAME], unknown_name("field", name, field.fields, "The body")


def unknown_name(kind: str, name: str, names: Collection[str], where: str) -> str:
    """The message about a name that is none of the known ones: `kind` is a field or a parameter, of `where`."""
    near = get_close_matches(name[:MAX_NAME].lower().replace("-", "_"), names, n=1)
    advice = f"Did you mean `{near[0]}`?" if near else f"The {kind}s are {', '.join(f'`{each}`' for each in names)}."
    return f"The {kind} `{plain(name[:MAX_NAME])}` is unknown. {advice if names else f'{where} has no {kind}s.'}"


def _mismatches(serializer: serializers.Serializer[Any], data: Any) -> dict[str, list[str]]:
    if not isinstance(data, Mapping):
        return {}
    messages = {name: _mismatch(field, data.get(name)) for name, field in serializer.fields.items()}
    return {name: [text] for name, text in messages.items() if text}


def _mismatch(field: Any, value: Any) -> str | None:
    """Returns the error about the type of a value, if it is wrong."""
    if value is None:
        return None
    if isinstance(field, _LISTS):
        inside = [_mismatch(field.child, each) for each in value] if isinstance(value, list) else []
        return next(filter(None, inside), None)
    if isinstance(field, serializers.Serializer):
        return next((text for texts in _mismatches(field, value).values() for text in texts), None)
    for kind, types, text in _TYPES:
        if isinstance(field, kind):
            # To Python, true is a number too.
            is_wrong_bool = isinstance(value, bool) and types is not bool
            return text if is_wrong_bool or not isinstance(value, types) else None
    return None
