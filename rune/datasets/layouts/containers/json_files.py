"""JSON that others wrote."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from rune.datasets.content.content import BadContent
from rune.datasets.layouts.containers.files import DataFiles


def json_of(data: bytes, name: str = "The file") -> Any:
    """Returns the value of a JSON file. Raises `BadContent`, also for `NaN` and for what is nested too deeply."""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadContent(f"{name} is not JSON, or it has a value that is not a number.") from None


def json_in(archive: DataFiles, name: str) -> Any:
    """Returns the value of a file that may be of any tool; None where it is not JSON."""
    try:
        return json_of(archive.read(name))
    except BadContent:
        return None


def objects_of(value: Any) -> list[dict[str, Any]]:
    """Returns the objects of a list, none for any other value."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """Returns a text, "" for any other value."""
    return value if isinstance(value, str) else ""


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
