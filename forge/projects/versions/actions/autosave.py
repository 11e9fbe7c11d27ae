"""Versions that save themselves while people work, and letting go of those that nobody needs."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, Model, OuterRef, QuerySet
from django.utils import timezone

from forge.accounts.access import require_operator
from forge.core.actors import Actor
from forge.core.blobs.links import links_of
from forge.core.events.log import append_event
from forge.projects.announcements import VERSION_SAVED
from forge.projects.models import Project, Version
from forge.projects.versions.retention import superfluous_versions
from forge.projects.versions.store import snapshot


def autosave_version(actor: Actor, project: Project) -> Version | None:
    """Saves the files as they are now, for the installation; None where they are a version already.

    Nobody asked for it, so it has no author; who wrote is in it as in every version. Raises `Forbidden`.
    """
    require_operator(actor)
    version = snapshot(project)
    new_version = Version.objects.filter(pk=version.pk, author=None, saved_at=None, message="", automatic=False)
    with transaction.atomic():
        if version.author_id is not None or _is_needed(version) or not new_version.update(automatic=True):
            return None
        version.automatic = True
        append_event(project.stream, VERSION_SAVED(number=version.number), actor)
    return version


def delete_superfluous_versions(project: UUID) -> int:
    """Lets go of old versions of a project that saved themselves and that nothing needs; answers how many.

    The next version names their writers from then on: nobody comes to approve what they wrote.
    """
    with transaction.atomic():
        Project.objects.lock(project)
        candidates = _unneeded_versions(Version.objects.filter(project=project, automatic=True))
        newest = Version.objects.filter(project=project).aggregate(last=Max("number"))["last"]
        times = [(each, each.created) for each in candidates if each.number != newest]
        superfluous = superfluous_versions(times, timezone.now())
        for version in sorted(superfluous, key=lambda each: each.number):
            _pass_on_writers(version)
            links_of(version).delete()
            version.delete()
    return len(superfluous)


def _pass_on_writers(version: Version) -> None:
    """Gives who wrote in a version to the one after it."""
    later = Version.objects.filter(project=version.project_id, sequence__gte=version.sequence).exclude(pk=version.pk)
    following = later.order_by("sequence", "number").first()
    if following is not None and version.writers:
        following.writers = sorted({*following.writers, *version.writers})
        following.save(update_fields=["writers"])


def _is_needed(version: Version) -> bool:
    return not _unneeded_versions(Version.objects.filter(pk=version.pk)).exists()


def _unneeded_versions(versions: QuerySet[Version]) -> QuerySet[Version]:
    """Returns the versions that no row of any table refers to, that nobody saved, and that have no message."""
    unneeded_versions = versions.filter(saved_at=None, message="")
    for relation in Version._meta.related_objects:
        table = cast("type[Model]", relation.related_model)
        unneeded_versions = unneeded_versions.filter(
            ~Exists(table._base_manager.filter(**{relation.field.name: OuterRef("pk")}))
        )
    return unneeded_versions
