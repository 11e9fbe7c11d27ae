"""Annotations for response types (`TypedDict`): formats, choices and pages.

Each response of the API and each event payload has such a type, whose name ends with `Json`. mypy checks the code
against it, and `forge.core.api.schema` describes it in the OpenAPI file. Request bodies are checked by serializers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypedDict, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Format:
    """The format of a text, by its name in OpenAPI."""

    name: str


@dataclass(frozen=True)
class NamedChoices:
    """The values that a text may have, under one name in the description."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class TypeAt:
    """The type of an answer, in a module that is loaded only when the description is written."""

    module: str
    name: str


def choices(name: str, values: Iterable[str]) -> NamedChoices:
    """The choices of an enumeration; stands in `Annotated[str, choices(...)]`."""
    return NamedChoices(name, tuple(values))


Date = Annotated[str, Format("date")]
Timestamp = Annotated[str, Format("date-time")]
Uuid = Annotated[str, Format("uuid")]


def utc_timestamp(moment: datetime) -> Timestamp:
    """Returns a time in UTC as ISO 8601 text that ends with `Z`."""
    return moment.isoformat().replace("+00:00", "Z")


class PageJson(TypedDict, Generic[T]):
    """A page of a long list; `next` and `previous` are addresses."""

    next: str | None
    previous: str | None
    results: list[T]
