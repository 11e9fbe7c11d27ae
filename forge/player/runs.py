"""The runes that the player of a project may run: the latest preview, and published tags."""

from __future__ import annotations

from typing import Any

from forge.accounts.permissions import Verb, can
from forge.builds.access import preview_of
from forge.builds.example_inputs import examples_for_others
from forge.builds.models import Artefact, Build
from forge.builds.serializers.previews import good_build_to_json
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.projects.models import Project
from forge.projects.versions.store import Manifest
from forge.registry.models import Tag
from forge.registry.tags.access import default_tag, tags_of

SHOWN_TAGS = 20
_RUNE_DELETED = "This rune no longer exists. Load the page again."


def runs_of(actor: Actor, project: Project) -> dict[str, Any]:
    """`now` is the preview's last good rune, for members, or None; `tags` are the newest published ones, after the one
    that a visitor gets.

    Each is `{title, digest, size, memory, created, url}`; a tag has its name as `tag`.
    """
    published_tags = tags_of(actor, project)
    default = default_tag(published_tags)
    ordered_tags = [] if default is None else [default, *(tag for tag in published_tags if tag != default)]
    tags = [_run(project, tag.build.artefact, tag.name, tag) for tag in ordered_tags[:SHOWN_TAGS] if tag.build.artefact]
    now = None
    if can(actor, Verb.READ, project):
        preview = preview_of(project)
        good = good_build_to_json(preview.build) if preview is not None else None
        if good is not None:
            now = {
                "title": "Latest from the studio",
                "tag": None,
                "digest": good["rune_digest"],
                "size": good["size"],
                "memory": good["memory"],
                "created": good["created"],
                "url": rune_path(project, good["rune_digest"]),
            }
    return {"now": now, "tags": tags}


def _run(project: Project, artefact: Artefact, title: str, tag: Tag) -> dict[str, Any]:
    return {
        "title": title,
        "tag": tag.name,
        "digest": artefact.digest,
        "size": artefact.size,
        "memory": artefact.planned_memory,
        "created": tag.created.isoformat(),
        "url": rune_path(project, artefact.digest),
    }


def rune_path(project: Project, digest: str) -> str:
    """Returns the address at which the player reads a rune: it names the content, so that a kept copy stays true."""
    return f"/player/{project.full_name}/runes/{digest}"


def find_run(actor: Actor, project: Project, digest: str) -> Artefact:
    """The rune of this digest that the person may run: a member any of the project's, others what is published.

    Raises `NotFound`.
    """
    artefact = _find_build(actor, project, digest).artefact
    if artefact is None:
        raise NotFound(_RUNE_DELETED)
    return artefact


def examples_of_run(actor: Actor, project: Project, digest: str) -> Manifest:
    """The example inputs of a rune that the person may run. Raises `NotFound`."""
    return examples_for_others(_find_build(actor, project, digest))


def _find_build(actor: Actor, project: Project, digest: str) -> Build:
    for tag in tags_of(actor, project):
        if tag.build.artefact is not None and tag.build.artefact.digest == digest:
            return tag.build
    if can(actor, Verb.READ, project):
        rows = Build.objects.succeeded().filter(project=project, artefact__digest=digest)
        build = rows.select_related("artefact", "version", "project__organisation").first()
        if build is not None:
            return build
    raise NotFound(_RUNE_DELETED)
