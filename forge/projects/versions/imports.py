"""Versions that come into a project from elsewhere: with a .zip that has a history, or with the copy of a project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from forge.core.actors import Actor
from forge.projects.files.storage import link_uploaded
from forge.projects.models import Project, Version
from forge.projects.versions.store import Manifest, working_tree

MAX_MESSAGE_LENGTH = 200


@dataclass(frozen=True)
class ImportedVersion:
    """A version as its archive describes it. `names` are of the people who made it, and are text: nobody here is
    meant."""

    number: int
    names: tuple[str, ...]
    moment: datetime
    message: str
    manifest: Manifest
    digest: str


def store_imported_versions(actor: Actor, project: Project, versions: Iterable[ImportedVersion]) -> None:
    """Writes versions of a new project, in the transaction that makes it; their files are stored already.

    Raises `StorageQuotaReached`.
    """
    now = working_tree(project)
    for each in versions:
        is_now = each.digest == now.digest
        version = Version.objects.create(
            project=project,
            number=each.number,
            digest=each.digest,
            manifest=dict(each.manifest),
            file_ids=dict(now.file_ids) if is_now else {},
            sequence=now.sequence if is_now else 0,
            # Nobody here wrote a version that is only reported, and the person who brought it approves nothing of it.
            writers=[] if actor.pk is None else [str(actor.pk)],
            message=each.message,
            saved_at=each.moment,
            original_authors=list(each.names),
        )
        Version.objects.filter(pk=version.pk).update(created=each.moment)
        link_uploaded(version, {file["digest"] for file in each.manifest.values()}, project)
