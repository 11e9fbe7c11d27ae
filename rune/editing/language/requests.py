"""Reading the fields of a request; errors name a missing or wrong field."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from rune.project.files import FileError, normal_path

Json = dict[str, Any]


class BadLanguageRequest(Exception):
    """An invalid request; `message` names the wrong part."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def text_of(request: Mapping[str, Any], key: str) -> str:
    """A part that must be a text."""
    value = request.get(key)
    if not isinstance(value, str):
        raise BadLanguageRequest(f'"{key}" must be a text')
    return value


def whole_number_of(request: Mapping[str, Any], key: str) -> int:
    """A part that must be a whole number from 0."""
    value = request.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadLanguageRequest(f'"{key}" must be a whole number from 0')
    return value


def flag_of(request: Mapping[str, Any], key: str, default: bool) -> bool:
    """A part that is true or false, or left out."""
    value = request.get(key, default)
    if not isinstance(value, bool):
        raise BadLanguageRequest(f'"{key}" must be true or false')
    return value


def object_of(request: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A part that must be an object."""
    value = request.get(key)
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise BadLanguageRequest(f'"{key}" must be an object')
    return value


def choice_of(request: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> str:
    """A part that must be one of some texts; the first when it is left out."""
    value = request.get(key, choices[0])
    if not isinstance(value, str) or value not in choices:
        raise BadLanguageRequest(f'"{key}" must be one of {", ".join(choices)}')
    return value


def path_of(text: object) -> str:
    """A path inside the project."""
    if not isinstance(text, str):
        raise BadLanguageRequest("a path must be a text")
    try:
        return normal_path(text)
    except FileError as error:
        raise BadLanguageRequest(f"{text!r} is not a valid path of a project: {error.reason}") from None


def bytes_of(text: str) -> bytes:
    """Returns the bytes of a base64 text."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadLanguageRequest('"base64" must be base64') from None
