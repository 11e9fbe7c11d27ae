"""The facets that can change between reading a build, version or project and publishing or removing it."""

from __future__ import annotations

from forge.builds.models import Build
from forge.core.preconditions import Facet
from forge.projects.models import Project
from forge.registry.hooks import publication_facets
from forge.registry.models import Tag


def build_facets(build: Build) -> tuple[Facet, ...]:
    """Returns the facets of publishing a build: its bytes, the targets of tags, and reviews and rules."""
    digest = None if build.artefact is None else build.artefact.digest
    return (
        Facet("rune", digest, f"Build {build.number} has other bytes."),
        *tag_facets(build.project),
        *(facet for facets in publication_facets.call(build) for facet in facets),
    )


def tag_facets(project: Project) -> tuple[Facet, ...]:
    """Returns which tags there are, and the builds that they name."""
    rows = Tag.objects.filter(repository__project=project).order_by("-created").select_related("build")
    tags = [(tag.name, tag.build.number, str(tag.build_id)) for tag in rows]
    sentence = f"{tags[0][0]} is build {tags[0][1]} now." if tags else "A tag was removed."
    return (Facet("tags", sorted([name, build] for name, _, build in tags), sentence),)


def notes_facets(tag: Tag) -> tuple[Facet, ...]:
    """Returns the facets that new notes of a version replace."""
    return (_build_facet(tag), Facet("notes", tag.notes, f"The notes of {tag.name} changed."))


def advice_facets(tag: Tag) -> tuple[Facet, ...]:
    """Returns the facets that deprecating a version, or ending that, depends on."""
    advice = [tag.is_deprecated, tag.deprecation, tag.successor]
    return (_build_facet(tag), Facet("advice", advice, f"The deprecation of {tag.name} changed."))


def withdrawal_facets(tag: Tag) -> tuple[Facet, ...]:
    """Returns the facets that withdrawing a version, or ending that, depends on."""
    withdrawal = [tag.is_withdrawn, tag.withdrawal]
    return (_build_facet(tag), Facet("withdrawal", withdrawal, f"The withdrawal of {tag.name} changed."))


def version_facets(tag: Tag) -> tuple[Facet, ...]:
    """Returns all facets of a version, for a person who decides between them."""
    return (*notes_facets(tag), *advice_facets(tag)[1:], *withdrawal_facets(tag)[1:])


def _build_facet(tag: Tag) -> Facet:
    return Facet("build", str(tag.build_id), f"{tag.name} is build {tag.build.number} now.")
