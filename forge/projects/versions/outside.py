"""Versions whose files came from a branch elsewhere: stored beside the project's own, which stay as they are."""

from __future__ import annotations

from django.db import transaction

from forge.core.actors import Actor
from forge.core.database.numbers import next_number
from forge.projects.files.storage import link_uploaded
from forge.projects.git.remote import OutsideCommit
from forge.projects.models import Project, Version
from forge.projects.versions.imports import MAX_MESSAGE_LENGTH
from forge.projects.versions.store import Manifest, manifest_digest


def store_outside_version(
    actor: Actor, project: Project, manifest: Manifest, newest: OutsideCommit | None, message: str
) -> Version:
    """The version of these files, which are stored: the one that has their digest already, or the next one.

    It is proposed until the project has its files. Of what is only told nobody here is the author, and who brought it
    approves nothing of it. The caller has checked that the person may make one. Raises `StorageQuotaReached`.
    """
    digest = manifest_digest(manifest)
    with transaction.atomic():
        Project.objects.lock(project.pk)
        version = Version.objects.filter(project=project, digest=digest).first()
        if version is None:
            version = Version.objects.create(
                project=project,
                number=next_number(Version.objects.filter(project=project)),
                digest=digest,
                manifest=dict(manifest),
                sequence=0,
                is_proposed=True,
                writers=[] if actor.pk is None else [str(actor.pk)],
                message=message[:MAX_MESSAGE_LENGTH],
                original_authors=[newest.author] if newest is not None and newest.author else [],
            )
        if newest is not None and not version.commit:
            version.commit, version.automatic = newest.commit, False
            version.save(update_fields=["commit", "automatic"])
        link_uploaded(version, {file["digest"] for file in manifest.values()}, project)
    return version
