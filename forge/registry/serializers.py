"""Tags as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict, cast

from forge.core.json_types import Timestamp
from forge.registry.models import Tag


class TagJson(TypedDict):
    """A tag, with the digest of its manifest, which `rune pull name@digest` takes."""

    tag: str
    moves: Annotated[bool, "whether it may name another build later; a version such as 1.0 never does"]
    build_number: int
    digest: str
    created: Timestamp


class TagsJson(TypedDict):
    """The tags of a project."""

    tags: list[TagJson]


def tag_to_json(tag: Tag) -> TagJson:
    """A tag."""
    # Only numbered builds are published.
    return {
        "tag": tag.name,
        "moves": tag.moves,
        "build_number": cast("int", tag.build.number),
        "digest": tag.manifest.blob_id,
        "created": tag.created.isoformat(),
    }
