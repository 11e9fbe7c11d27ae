"""The targets that builds of a project make packages for."""

from __future__ import annotations

from typing import Any, TypedDict

from forge.builds.models import ChosenTargets
from forge.core.errors import Invalid
from forge.projects.models import Project
from rune.targets.finding import targets
from rune.wording import listed


class TargetJson(TypedDict):
    """A target that a package can be made for, and whether each build of the project makes one."""

    name: str
    summary: str
    chosen: bool


class TargetsJson(TypedDict):
    """All of them, by name."""

    targets: list[TargetJson]


def package_targets() -> tuple[str, ...]:
    """The names of the targets that make packages, sorted. What makes a rune is made for no board."""
    return tuple(target.name for target in targets() if not target.makes_rune)


def chosen_targets(project: Project) -> list[str]:
    """The project's targets, sorted."""
    found = ChosenTargets.objects.filter(project=project).values_list("targets", flat=True).first() or []
    # One that an older server knew makes no package any more.
    return [name for name in found if name in package_targets()]


def checked_targets(asked: Any) -> list[str]:
    """Names as somebody gave them, each once, sorted. Raises `Invalid`."""
    known = package_targets()
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        raise Invalid("`targets` must be a list of names.")
    unknown = sorted(set(asked) - set(known))
    if unknown:
        raise Invalid(f"There is no package for {listed(unknown)}. The targets are {listed(known)}.")
    return sorted(set(asked))


def targets_to_json(project: Project) -> TargetsJson:
    """What there is to choose from, and what is chosen."""
    chosen = chosen_targets(project)
    return {
        "targets": [
            {"name": target.name, "summary": target.summary, "chosen": target.name in chosen}
            for target in targets()
            if not target.makes_rune
        ]
    }
