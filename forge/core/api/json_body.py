"""The API's reader of JSON bodies. A module of its own, since the settings name it before REST framework is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from rune.unreadable import reason_of

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JsonBody(JSONParser):
    """Parses JSON. Deeply nested JSON is a parse error, as is a text that cannot be stored; each error says where."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            body = super().parse(stream, media_type, parser_context)
            wrong = next(_unstorable(body, ""), None)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
        except ParseError as error:
            reason = reason_of(error.__context__ or error)
            raise ParseError(f"The body of the request cannot be read: {reason}.") from None
        if wrong is not None:
            place, character = wrong
            raise ParseError(f"{place or 'The body'} has {character}. Remove it, and send the body again.")
        return body


def _unstorable(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yields the place of each text with a character that no database stores, such as `options.labels[2]`, and what the
    character is. A key is placed where its object is."""
    if isinstance(value, str):
        if match := _UNSTORABLE.search(value):
            yield place, _describe_character(match[0])
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _unstorable(key, place)
            yield from _unstorable(inner, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unstorable(inner, f"{place}[{index}]")


def _describe_character(character: str) -> str:
    if character == "\0":
        return "a NUL character (U+0000)"
    return f"half a character (U+{ord(character):04X}, a surrogate without its other half)"
