"""The runes that an organisation's projects published or deployed, by digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from forge.deployments.models import Release
from forge.registry.models import Tag


@dataclass(frozen=True)
class RunePlace:
    """A name of a rune: the project and the version. `manifest` is the digest of the manifest that names the bytes."""

    rune: str
    manifest: str
    project: UUID
    version: str


def rune_places(organisation: UUID) -> tuple[RunePlace, ...]:
    """Returns what an organisation's projects published or deployed, also versions that were withdrawn, each name once.
    Two queries."""
    return _places({"project__organisation": organisation})


def project_places(project: UUID, rune: str) -> tuple[RunePlace, ...]:
    """Returns the names of one rune in a project."""
    return tuple(each for each in _places({"project": project}) if each.rune == rune)


def places_by_rune(places: Iterable[RunePlace]) -> Mapping[str, tuple[RunePlace, ...]]:
    """Returns the names of each rune, by the digest of its bytes."""
    by_rune: dict[str, tuple[RunePlace, ...]] = {}
    for each in places:
        by_rune[each.rune] = (*by_rune.get(each.rune, ()), each)
    return by_rune


def _places(project: Mapping[str, UUID]) -> tuple[RunePlace, ...]:
    """Returns the names of runes in the projects of a condition. A version names a rune better than a tag that moves,
    such as `latest`."""
    tags = Tag.objects.filter(**{f"repository__{name}": value for name, value in project.items()})
    releases = Release.objects.filter(**{f"deployment__{name}": value for name, value in project.items()})
    of_tags = tags.exclude(build__artefact=None).order_by("-moves", "name")
    rows = [
        *of_tags.values_list("build__artefact__digest", "manifest__blob", "repository__project", "name"),
        *releases.order_by("number").values_list("rune", "digest", "deployment__project", "version"),
    ]
    names = {(rune, manifest, owner): version for rune, manifest, owner, version in rows}
    return tuple(RunePlace(*key, version) for key, version in names.items())
