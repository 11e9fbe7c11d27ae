"""Permanent targets of versions' tags. A tag `1.0` at a name has the bytes that were published there first, or none.

A tag can be pulled by every name that leads to its project, so its meaning is recorded at each of them. Who calls this
has locked the names (`forge.accounts.organisations.name_reservations.lock_names`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forge.accounts.errors import NameInUse
from forge.projects.models import FormerProjectName, Project
from forge.registry.models import ArtifactTag, BlockVersion, PublishedVersion, Tag
from forge.registry.oci.manifests import stays
from forge.registry.repository.rules import registry_rules_of
from forge.registry.tags.errors import TagInUse


def fix_version(project: Project, tag: str, digest: str) -> None:
    """Makes a version's tag mean a manifest at all names of a project, for good. Raises `TagInUse`."""
    names = _names_of(project)
    if other := _contradiction(project, names, {tag: digest}):
        message = (
            f"{project.organisation.name}/{other.project_name}:{tag} was published before, from a project that was "
            "deleted or renamed, and keeps its bytes. Choose the next version."
        )
        raise TagInUse(message, errors={"tag": [message]})
    _record(project, names, {tag: digest})


def take_along(project: Project, name: str) -> None:
    """Makes a project's versions mean the same at the name that it gets. Raises `NameInUse`."""
    tags = Tag.objects.filter(repository__project=project, moves=False)
    digests = dict(tags.values_list("name", "manifest__blob_id"))
    if not registry_rules_of(project.organisation_id).versions_move:
        pushed_tags = ArtifactTag.objects.filter(repository__project=project).values_list("name", "manifest__blob_id")
        digests |= {tag: digest for tag, digest in pushed_tags if stays(tag)}
    blocks = BlockVersion.objects.filter(repository__project=project).select_related("manifest")
    digests |= {block.fixed_name: block.manifest.blob_id for block in blocks}
    if other := _contradiction(project, [name], digests):
        raise NameInUse(
            f"{project.organisation.name}/{name}:{other.tag} was published with other bytes than this project's "
            f"{other.tag}. Choose another name."
        )
    _record(project, [name], digests)


def _names_of(project: Project) -> list[str]:
    """The names that lead to a project within its organisation."""
    former = FormerProjectName.objects.filter(organisation_id=project.organisation_id, project=project)
    return [project.name, *former.values_list("name", flat=True)]


def _contradiction(project: Project, names: Iterable[str], digests: Mapping[str, str]) -> PublishedVersion | None:
    """A version that already means something else at one of these names."""
    published_versions = PublishedVersion.objects.filter(
        organisation=project.organisation_id, project_name__in=names, tag__in=digests.keys()
    ).order_by("project_name", "tag")
    return next((each for each in published_versions if each.digest != digests[each.tag]), None)


def _record(project: Project, names: Iterable[str], digests: Mapping[str, str]) -> None:
    rows = [
        PublishedVersion(organisation=project.organisation_id, project_name=name, tag=tag, digest=digest)
        for name in names
        for tag, digest in digests.items()
    ]
    PublishedVersion.objects.bulk_create(rows, ignore_conflicts=True)
