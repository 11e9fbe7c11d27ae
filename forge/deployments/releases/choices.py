"""The tag that somebody chose for a deployment."""

from __future__ import annotations

from typing import Annotated

from rest_framework.fields import BooleanField, CharField

from forge.core.actors import Actor
from forge.core.errors import Invalid, Stale
from forge.deployments.access import version_of
from forge.projects.models import Project
from forge.registry.models import Tag
from forge.registry.tags.access import find_tag
from rune.digests import DIGEST_LENGTH

TagName = Annotated[str, CharField(max_length=128)]
Follow = Annotated[bool, BooleanField()]
"""Whether the deployment moves along when the tag moves, as far as the gate allows."""
SeenDigest = Annotated[str, CharField(max_length=DIGEST_LENGTH, allow_blank=True)]
"""The manifest that the person saw under the tag; "" for any."""


def chosen_tag(actor: Actor, project: Project, name: str, *, follow: bool, digest: str) -> tuple[Tag, str]:
    """The tag that somebody chose, and what people call its build.

    Raises `NoSuchTag`, `TagWithdrawn`, `Stale` and `Invalid`.
    """
    tag = find_tag(actor, project, name)
    if digest and digest != tag.manifest.blob_id:
        raise Stale(f"{tag.name} is build {tag.build.number} now. Nothing was changed. Check it, then decide again.")
    if follow and not tag.moves:
        message = f"{tag.name} names a version and never moves, so a deployment cannot follow it."
        raise Invalid(message, errors={"follow": [message]})
    return tag, version_of(tag)
