"""Restoring a deleted manifest, with the tags that are still free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, TypedDict

from django.db import transaction
from django.utils import timezone

from forge.accounts.organisations.name_reservations import lock_names
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import OPENS
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import links_of
from forge.core.errors import Conflict
from forge.projects.access import require
from forge.projects.models import Project
from forge.projects.place import PROJECT
from forge.registry.distribution.artifacts.errors import NotInTrash, StillNamed
from forge.registry.distribution.artifacts.models import ArtifactTag
from forge.registry.distribution.artifacts.version_tags import require_no_shadow
from forge.registry.hooks import is_protected
from forge.registry.models import Manifest, Tag, WithdrawnRune
from forge.registry.oci.manifests import stays
from forge.registry.repository.rules import registry_rules_of
from forge.registry.tags.errors import TagInUse
from forge.registry.tags.fixed_versions import fix_version
from forge.registry.tags.names import require_distinct
from rune.wording import listed


class RestoredManifestJson(TypedDict):
    """A manifest that is back."""

    digest: str
    tags: Annotated[list[str], "the tags that name it again"]
    missing_tags: Annotated[list[str], "the tags that it had and that could not be set again"]


@dataclass(frozen=True)
class RestoredManifest:
    """A manifest that is back, with the tags that name it again. `missing_tags` are those that name something else
    now, or may no longer be set."""

    manifest: Manifest
    tags: tuple[str, ...]
    missing_tags: tuple[str, ...]


def _to_json(result: RestoredManifest) -> RestoredManifestJson:
    return {
        "digest": result.manifest.blob_id,
        "tags": list(result.tags),
        "missing_tags": list(result.missing_tags),
    }


@act(
    "POST",
    PROJECT,
    "registry/trash/<str:digest>/restore",
    "registry_restore",
    verb=Verb.PUSH,
    state=OPENS,
    answer=ActAnswer(_to_json),
    raises=(Conflict,),
)
@transaction.atomic
def restore_manifest(actor: Actor, project: Project, digest: str) -> RestoredManifest:
    """Restores a manifest with those of its tags that nothing else has. An index is restored after what it lists."""
    lock_names(project.organisation_id)
    projects = Project.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    project = projects.get(pk=project.pk)
    require(actor.afresh(), Verb.PUSH, project)
    trashed_manifests = Manifest.objects.exclude(trashed=None).select_related("repository")
    mine = trashed_manifests.filter(repository__project=project, blob_id=digest)
    # The sweep that empties the trash is waited for.
    manifest = mine.select_for_update(of=("self",)).first()
    if manifest is None:
        raise NotInTrash(f"{digest} is not in the trash. It was restored, or deleted for good after 30 days.")
    children = links_of(manifest).exclude(blob_id=digest).values("blob_id")
    if missing := trashed_manifests.filter(repository=manifest.repository_id, blob__in=children).first():
        raise StillNamed(f"This index lists {missing.blob_id}, which is in the trash too. Restore that first.")
    names = tuple(str(name) for name in manifest.trashed_tags)
    manifest.trashed, manifest.trashed_tags, manifest.created = None, [], timezone.now()
    manifest.save(update_fields=["trashed", "trashed_tags", "created"])
    back = tuple(_set_again(actor, project, manifest, names))
    write_entry(
        actor,
        "artifact.restore",
        project.stream,
        project.place,
        digest=manifest.blob_id,
        tags=listed(back) or "no tag",
    )
    return RestoredManifest(manifest, back, tuple(name for name in names if name not in back))


def _set_again(actor: Actor, project: Project, manifest: Manifest, names: tuple[str, ...]) -> Iterator[str]:
    """Sets the free tags, and yields each that was set."""
    is_withdrawn = WithdrawnRune.objects.filter(repository=manifest.repository_id, digest=manifest.blob_id).exists()
    for name in () if is_withdrawn else names:
        mine = {"repository_id": manifest.repository_id, "name": name}
        if Tag.objects.filter(**mine).exists() or ArtifactTag.objects.filter(**mine).exists():
            continue
        try:
            require_no_shadow(manifest.repository, name, manifest, None)
            require_distinct(project, name)
            if is_protected(project, name):
                continue
            if stays(name) and not registry_rules_of(project.organisation_id).versions_move:
                fix_version(project, name, manifest.blob_id)
        except TagInUse:
            continue
        ArtifactTag.objects.create(**mine, manifest=manifest, author=actor.person, created=timezone.now())
        yield name
