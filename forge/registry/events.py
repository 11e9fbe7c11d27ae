"""What projects' streams tell of publishing."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import choices
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.registry.models import Admission


class TagPublishedJson(TypedDict):
    """A build was published under a tag, which may have named another before."""

    tag: str
    build_number: int | None
    admission: Annotated[str, choices("Admission", Admission.values)]


TAG_PUBLISHED = declare(EventType("tag.published", StreamKind.PROJECT, TagPublishedJson, ("state", "versions")))


class TagDescribedJson(TypedDict):
    """What is said of a tag changed: its notes, or that people are advised against it."""

    tag: str


TAG_DESCRIBED = declare(EventType("tag.described", StreamKind.PROJECT, TagDescribedJson, ("state",)))


class BlockPublishedJson(TypedDict):
    """A version of a block was published."""

    block: str
    version: str


BLOCK_PUBLISHED = declare(EventType("block.published", StreamKind.PROJECT, BlockPublishedJson, ("versions",)))


class BlockDescribedJson(TypedDict):
    """What is said of a version of a block changed: that people are advised against it, or no more."""

    block: str
    version: str


BLOCK_DESCRIBED = declare(EventType("block.described", StreamKind.PROJECT, BlockDescribedJson))
