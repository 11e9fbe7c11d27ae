"""The values that an argument chooses from, in words of people who write no Runefile. Pure."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES: Mapping[str, str] = {
    "@PixelFormat::RGB": "colour",
    "@PixelFormat::BGR": "colour, blue first",
    "@PixelFormat::GrayScale": "grey",
}


def choice_name(value: str) -> str:
    """The name of a choice: `grey` for `@PixelFormat::GrayScale`. A value without words of its own is called by its
    last part, and text that is no choice stays as it is."""
    if value in _NAMES:
        return _NAMES[value]
    return value.rpartition("::")[2] if value.startswith("@") else value
