"""Dependants of a project's publications, as far as somebody may see them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from forge.core.actors import Actor
from forge.projects.models import Fork, Project
from forge.registry.blocks.access import blocks_of
from forge.registry.blocks.users import users_of
from forge.registry.hooks import Dependant, DependantKind, dependants
from forge.registry.models import Tag

MOST_OF_A_KIND = 200
"""Dependants of one kind that a list has."""


def dependants_of(actor: Actor, project: Project) -> list[Dependant]:
    """Deployments that serve a version, projects that use a block, and forks, each kind by title.

    Whatever the person may not see is left out. The caller has found the project for them.
    """
    everything = [*chain.from_iterable(dependants.call(actor, project)), *_block_users(actor, project)]
    everything += _forks(actor, project)
    order = list(DependantKind)
    return sorted(everything, key=lambda each: (order.index(each.kind), each.title, each.version))


def _block_users(actor: Actor, project: Project) -> Iterator[Dependant]:
    """The person's own projects that use a block of the project."""
    names = {block.shared_name for block in blocks_of(actor, project)}
    if not names:
        return
    for name, uses in users_of(actor, names).items():
        for use in uses[:MOST_OF_A_KIND]:
            if use.project.pk != project.pk:
                path = use.project.get_absolute_url()
                yield Dependant(DependantKind.BLOCK, use.project.full_name, path, f"{name.name} {use.version}")


def _forks(actor: Actor, project: Project) -> Iterator[Dependant]:
    forks = Fork.objects.visible_to(actor).filter(origin=project, is_duplicate=False)
    rows = forks.select_related("project__organisation", "base").order_by("project__name", "pk")[:MOST_OF_A_KIND]
    tags = Tag.objects.visible_to(actor).listed().filter(repository__project=project).order_by("-moves", "created")
    versions = dict(tags.values_list("build__version__digest", "name"))
    for fork in rows:
        title, path = fork.project.full_name, fork.project.get_absolute_url()
        yield Dependant(DependantKind.FORK, title, path, versions.get(fork.base.digest, ""))
