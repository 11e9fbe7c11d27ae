"""The example inputs of a tag as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypedDict


class ExampleJson(TypedDict):
    """A recording with which a rune can be tried."""

    path: Annotated[str, "its path; the recording itself is below the address of this list"]


class ExampleListJson(TypedDict):
    """The example inputs of a tag, in the order in which they are offered."""

    examples: list[ExampleJson]


def example_list_to_json(paths: Iterable[str]) -> ExampleListJson:
    """The example inputs at some paths."""
    return {"examples": [{"path": path} for path in paths]}
