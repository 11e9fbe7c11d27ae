"""What can change between looking at a build, or at a project, and publishing or deleting it."""

from __future__ import annotations

from forge.builds.models import Build
from forge.core.seen import Facet
from forge.projects.models import Project
from forge.registry.hooks import publication_facets
from forge.registry.models import Tag


def build_facets(build: Build) -> tuple[Facet, ...]:
    """What publishing a build depends on: its bytes, what the tags name, and what reviews and rules say."""
    digest = None if build.artefact is None else build.artefact.digest
    return (
        Facet("rune", digest, f"Build {build.number} has other bytes."),
        *tag_facets(build.project),
        *(facet for facets in publication_facets.call(build) for facet in facets),
    )


def tag_facets(project: Project) -> tuple[Facet, ...]:
    """Which tags there are, and the builds that they name."""
    rows = Tag.objects.filter(repository__project=project).order_by("-created").select_related("build")
    tags = [(tag.name, tag.build.number, str(tag.build_id)) for tag in rows]
    sentence = f"{tags[0][0]} is build {tags[0][1]} now." if tags else "A tag was removed."
    return (Facet("tags", sorted([name, build] for name, _, build in tags), sentence),)
