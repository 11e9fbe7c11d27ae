"""Values of a configuration that are data: numbers, texts and lists of them, within limits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lab.refusal import Reason, Refused
from rune.unreadable import reason_of
from rune.wording import plain

CONFIG_LIMIT = 32 << 20
"""Bytes of a configuration."""
DEPTH = 64
"""Lists and objects inside each other."""
LARGEST = 1 << 24
"""The largest whole number: more elements along one dimension fit no device, and exhaust a converter."""
LONGEST_TEXT = 1000

Json = Any


def parse_json(data: bytes, name: str) -> Mapping[str, Json]:
    """The object that a file of JSON holds. Raises `Refused`."""
    if len(data) > CONFIG_LIMIT:
        raise Refused(Reason.TOO_LARGE, f"{name} has {len(data):,} bytes; at most {CONFIG_LIMIT:,} are read.")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Refused(Reason.BROKEN, f"{name} cannot be read: {reason_of(error)}.") from error
    return as_object(value, name)


def as_object(value: Json, name: str) -> Mapping[str, Json]:
    """The value, if it is an object. Raises `Refused`."""
    if not isinstance(value, dict):
        raise Refused(Reason.BROKEN, f"{name} must be an object, not {type(value).__name__}.")
    return value


def as_list(value: Json, name: str) -> list[Json]:
    """The value, if it is a list. Raises `Refused`."""
    if not isinstance(value, list):
        raise Refused(Reason.BROKEN, f"{name} must be a list, not {type(value).__name__}.")
    return value


def as_text(value: Json, name: str) -> str:
    """The value, if it is a text of bearable length. Raises `Refused`."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise Refused(Reason.BROKEN, f"{name} must be a text of at most {LONGEST_TEXT:,} characters.")
    return value


def clean_value(value: Json, name: str, depth: int = 0) -> Json:
    """The value as numbers, texts and lists of them; an object only where it has no class. Raises `Refused`."""
    if depth > DEPTH:
        raise Refused(Reason.TOO_LARGE, f"{name} has lists inside each other deeper than {DEPTH}.")
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise Refused(Reason.TOO_LARGE, f"{name} is larger than {LARGEST:,}, the largest number that is converted.")
        return value
    if isinstance(value, str):
        return as_text(value, name)
    if isinstance(value, list):
        return [clean_value(one, name, depth + 1) for one in value]
    fields = as_object(value, name)
    if fields.get("class_name") == "__tuple__":
        return clean_value(as_list(fields.get("items"), name), name, depth + 1)
    if "class_name" in fields:
        raise Refused(
            Reason.CUSTOM_OBJECT,
            f"{name} holds an object of the class {plain(str(fields['class_name'])[:100])}, "
            "where a number, a text or a list belongs.",
        )
    return {as_text(key, name): clean_value(one, name, depth + 1) for key, one in fields.items()}
