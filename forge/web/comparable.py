"""The runes that somebody can choose to compare: the newest builds of their projects, and what others share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from forge.builds.models import Build
from forge.core.actors import Actor
from forge.projects.models import Project
from forge.registry.models import Listing

MOST_BUILDS, MOST_SHARED = 200, 200


@dataclass(frozen=True)
class ComparableRune:
    """A choice: how the address names the rune, and what is read."""

    reference: str
    title: str


@dataclass(frozen=True)
class ComparableRunes:
    """Choices under one heading: a project, or what others share."""

    heading: str
    runes: Sequence[ComparableRune]


def comparable_runes(actor: Actor, selection: Iterable[ComparableRune] = ()) -> list[ComparableRunes]:
    """Returns the choices of a person. What is chosen already comes first where no group has it."""
    groups = [*_own_builds(actor), _shared_runes(actor)]
    known_references = {rune.reference for group in groups for rune in group.runes}
    others = tuple(dict.fromkeys(rune for rune in selection if rune.reference not in known_references))
    return [group for group in (ComparableRunes("Chosen", others), *groups) if group.runes]


def _own_builds(actor: Actor) -> Iterable[ComparableRunes]:
    builds = (
        Build.objects.visible_to(actor)
        .numbered()
        .succeeded()
        .exclude(artefact=None)
        .select_related("project__organisation", "version")
        .order_by("-created")[:MOST_BUILDS]
    )
    # Projects in the order of their newest builds.
    places: dict[Project, int] = {}
    for build in builds:
        places.setdefault(build.project, len(places))
    builds_by_project = sorted(builds, key=lambda build: places[build.project])
    for project, own in groupby(builds_by_project, key=lambda build: build.project):
        name = project.full_name
        runes = tuple(ComparableRune(f"{name}@{each.number}", f"{name}, {each.title}") for each in own)
        yield ComparableRunes(name, runes)


def _shared_runes(actor: Actor) -> ComparableRunes:
    rows = (
        Listing.objects.visible_to(actor)
        .select_related("tag", "repository__project__organisation")
        .order_by("-uses", "-published")
    )
    names = (f"{row.repository.project.full_name}:{row.tag.name}" for row in rows[:MOST_SHARED])
    return ComparableRunes("Shared", tuple(ComparableRune(name, name) for name in names))
