"""Checks that the values in a request body have the types that the API's description states.

REST framework accepts 1 for "1", "yes" for true and "3" for 3. Here such values are errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field

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
    """Compares the types of a JSON object's values with the fields. Missing and null values are left to the fields.

    Raises `ValidationError`.
    """
    mismatches = _mismatches(serializer, data)
    if mismatches:
        raise ValidationError(mismatches)


def _mismatches(serializer: serializers.Serializer[Any], data: Any) -> dict[str, list[str]]:
    if not isinstance(data, Mapping):
        return {}
    messages = {name: _mismatch(field, data.get(name)) for name, field in serializer.fields.items()}
    return {name: [text] for name, text in messages.items() if text}


def _mismatch(field: Any, value: Any) -> str | None:
    """Returns the error about the type of a value, if it is wrong."""
    if value is None:
        return None
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
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
