"""Proposes the next version's tag."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count

from forge.core.actors import Actor
from forge.projects.models import Project
from forge.registry.models import Tag
from rune.source.policy.tags import look


def next_tag_of(actor: Actor, project: Project) -> str:
    """A tag to propose for the project's next version. A tag that was withdrawn is never free again."""
    tags = Tag.objects.visible_to(actor).filter(repository__project=project).values_list("name", "withdrawn")
    return next_tag([name for name, withdrawn in tags if withdrawn is None], {name for name, _ in tags})


def next_tag(names: Collection[str], used_names: Collection[str]) -> str:
    """Returns the next version after the newest one that ends in a number, or 1.0; a later one where that is in use
    already."""
    looks_alike = {look(name) for name in used_names}
    head, last = _newest_version(names)
    return next(tag for number in count(last + 1) if look(tag := f"{head}.{number}") not in looks_alike)


def _newest_version(names: Collection[str]) -> tuple[str, int]:
    """The parts of the newest version that ends in a number; those before 1.0 without one."""
    for name in names:
        head, dot, last = name.rpartition(".")
        if dot and head[:1].isdigit() and last.isdecimal():
            return head, int(last)
    return "1", -1
