"""The example inputs of a published rune: for members, and for everyone who sees one that shares its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from forge.accounts.permissions import Verb, can
from forge.builds.example_inputs import example_paths, examples_json
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.projects.models import Project
from forge.projects.versions.store import described_in
from forge.registry.models import Tag


def examples_of_tag(actor: Actor, project: Project, tag: Tag) -> str:
    """What the page gives to the player; "" where there are none, or none that this person may hear or see."""
    if not _may_play(actor, project):
        return ""
    base = f"/api/v1/projects/{project.full_name}/tags/{quote(tag.name)}/examples/"
    return examples_json(base, example_paths(tag.build.source))


def find_example(actor: Actor, project: Project, tag: Tag, path: str) -> Mapping[str, Any]:
    """An example's digest and size. Raises `NotFound` for any other file, and for whoever may not have it."""
    if not _may_play(actor, project) or path not in example_paths(tag.build.source):
        raise NotFound(f"{project.full_name} {tag.name} has no example {path}.")
    return described_in(tag.build.source, path)


def _may_play(actor: Actor, project: Project) -> bool:
    return can(actor, Verb.READ, project) or (project.shares_files and can(actor, Verb.SEE, project))
