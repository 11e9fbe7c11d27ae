"""Looking through JSON schemas of tools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def titles_in(schema: Any, *, is_mapping: bool = False) -> Iterator[str]:
    """Yields the titles that a schema has as keywords, which repeat names."""
    for key, value in schema.items() if isinstance(schema, dict) else ():
        if key == "title" and not is_mapping:
            yield str(value)
        yield from titles_in(value, is_mapping=not is_mapping and key in ("properties", "$defs"))
    for each in schema if isinstance(schema, list) else ():
        yield from titles_in(each)
