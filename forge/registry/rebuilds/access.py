"""Finding the second build of what a tag names."""

from __future__ import annotations

from forge.registry.models import Tag
from forge.registry.rebuilds.models import Rebuild


def rebuild_of(tag: Tag) -> Rebuild | None:
    """The second build of a tag's rune, or None if it was not made yet. The caller has found the tag for someone."""
    artefact = tag.build.artefact
    rebuild: Rebuild | None = getattr(artefact, "rebuild", None)
    return rebuild
