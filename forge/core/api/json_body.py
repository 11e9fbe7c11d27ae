"""The API's reader of JSON bodies. A module of its own, since the settings name it before REST framework is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from rune.unreadable import reason_of


class JsonBody(JSONParser):
    """Parses JSON. Deeply nested JSON is a parse error, as is a NUL in a text, and each parse error says where."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            body = super().parse(stream, media_type, parser_context)
            place = next(_places_of_nul(body, ""), None)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
        except ParseError as error:
            reason = reason_of(error.__context__ or error)
            raise ParseError(f"The body of the request cannot be read: {reason}.") from None
        if place is not None:
            raise ParseError(f"{place or 'The body'} has a NUL character (U+0000). Remove it, and send the body again.")
        return body


def _places_of_nul(value: Any, place: str) -> Iterator[str]:
    """Yields the place of each text with a NUL, which no database stores, such as `options.labels[2]`. A key is placed
    where its object is."""
    if isinstance(value, str):
        if "\0" in value:
            yield place
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _places_of_nul(key, place)
            yield from _places_of_nul(inner, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places_of_nul(inner, f"{place}[{index}]")
