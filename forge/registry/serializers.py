"""Tags as JSON."""

from __future__ import annotations

from typing import Any

from forge.registry.models import Tag


def tag_to_json(tag: Tag) -> dict[str, Any]:
    """A tag, with the digest of its manifest, which `rune pull name@digest` takes."""
    return {
        "tag": tag.name,
        "build_number": tag.build.number,
        "digest": tag.manifest.blob_id,
        "created": tag.created.isoformat(),
    }
