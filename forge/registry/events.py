"""What projects' streams tell of publishing."""

from __future__ import annotations

from typing import TypedDict

from forge.core.event_types import EventType, StreamKind, declare


class TagPublishedJson(TypedDict):
    """A build was published under a tag, which may have named another before."""

    tag: str
    build_number: int | None


TAG_PUBLISHED = declare(EventType("tag.published", StreamKind.PROJECT, TagPublishedJson, ("state", "versions")))
