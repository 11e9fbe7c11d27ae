"""The API's reader of JSON bodies. A module of its own, since the settings name it before REST framework is loaded."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from rune.unreadable import reason_of


class JsonBody(JSONParser):
    """Parses JSON. Deeply nested JSON is a parse error, and each parse error says where."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
        except ParseError as error:
            reason = reason_of(error.__context__ or error)
            raise ParseError(f"The body of the request cannot be read: {reason}.") from None
