"""The tag that somebody chose for a deployment."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.actors import Actor
from forge.core.errors import Invalid, Stale
from forge.deployments.access import version_of
from forge.projects.models import Project
from forge.registry.models import Tag
from forge.registry.tags.access import find_tag


@dataclass(frozen=True)
class TagChoice:
    """The tag whose build a deployment is to serve. With a `digest` that is the build that the person saw under it."""

    tag: str
    follow: bool = False
    """Whether the deployment moves along when the tag moves."""
    digest: str = ""


def chosen_tag(actor: Actor, project: Project, choice: TagChoice) -> tuple[Tag, str]:
    """The tag of a choice, and what people call its build.

    Raises `NoSuchTag`, `TagWithdrawn`, `Stale` and `Invalid`.
    """
    tag = find_tag(actor, project, choice.tag)
    if choice.digest and choice.digest != tag.manifest.blob_id:
        raise Stale(f"{tag.name} is build {tag.build.number} now. Nothing was done. Look at it, then decide again.")
    if choice.follow and not tag.moves:
        message = f"{tag.name} names a version and never moves, so a deployment cannot follow it."
        raise Invalid(message, errors={"follow": [message]})
    return tag, version_of(tag)
