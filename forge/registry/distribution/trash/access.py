"""Deleted artifacts of a repository that can still be restored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.distribution.artifacts.sweep import TRASH_FOR
from forge.registry.models import Manifest

MOST_LISTED = 200
"""Manifests that one list has, those that were deleted last."""


@dataclass(frozen=True)
class TrashedManifest:
    """A manifest in the trash, and until when it can be restored."""

    manifest: Manifest
    end: datetime

    @property
    def kind(self) -> str:
        """The type of the artifact, or else of the manifest."""
        return self.manifest.artifact_type or self.manifest.media_type

    @property
    def tags(self) -> list[str]:
        """The tags that it had when it was deleted."""
        return [str(name) for name in self.manifest.trashed_tags]


def trash_of(actor: Actor, project: Project) -> list[TrashedManifest]:
    """The deleted manifests of a project, those deleted last first, for who may push to it. Raises `Forbidden`."""
    require(actor, Verb.PUSH, project)
    trashed_manifests = Manifest.objects.filter(~Q(trashed=None), repository__project=project).select_related("blob")
    return [
        TrashedManifest(each, each.trashed + TRASH_FOR)
        for each in trashed_manifests.order_by("-trashed", "blob_id")[:MOST_LISTED]
        if each.trashed is not None
    ]
