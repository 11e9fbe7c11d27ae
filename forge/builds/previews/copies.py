"""Copies of a version's files in which somebody tries changes: built as previews are, in the organisation's turn.

A copy is the version and the overrides that are applied in it, and nothing else: no file of it is stored, and it reads
no file that its version has not. A request for the same again gets the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict
from uuid import UUID

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.builds.models import Preview, PreviewState, plain_options
from forge.builds.previews.variants import request_preview
from forge.core.actors import Actor
from forge.projects.access import require
from forge.projects.models import Project, Version
from forge.projects.versions.store import WorkingTree, available_files, manifest_digest

COPY_LIMIT = 20
"""Copies of one project that are remembered, each with its rune."""


class OverrideJson(TypedDict):
    """A changed value of an argument of a stage. "" leaves the argument out."""

    stage: str
    argument: str
    before: str
    after: str


def start_copy(project: Project, version: Version, overrides: Sequence[OverrideJson]) -> Preview:
    """The preview of a copy with these overrides, which is made soon unless it is there."""
    options: dict[str, Any] = {**plain_options(), "copy": {"version": str(version.pk), "overrides": list(overrides)}}
    return request_preview(project, options, lambda copy: copy.state == PreviewState.FAILED)


def find_copy(actor: Actor, project: Project, copy_id: UUID) -> Preview:
    """A copy of the project's. Raises `NotFound`, also for one that was forgotten."""
    require(actor, Verb.READ, project)
    copies = Preview.objects.copies().select_related("project", "build__artefact").filter(project=project, pk=copy_id)
    copy = copies.first()
    if copy is None:
        raise nothing_here(actor)
    return copy


def files_of_version(preview: Preview, version_id: str) -> WorkingTree:
    """The files of its version, as far as they may still be given, before any override is applied."""
    version = Version.objects.select_related("project").get(pk=version_id, project=preview.project_id)
    manifest = available_files(version)
    return WorkingTree(manifest_digest(manifest), manifest, {}, preview.project.sequence, version.file_ids)
