"""Finding a project's repository, and what is said of the bytes in it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from forge.builds.models import ArtefactFile, FileRole
from forge.core.database.compiled_queries import CompiledLookup
from forge.core.errors import NotFound
from forge.projects.models import Project
from forge.registry.models import Repository, Tag
from forge.registry.oci.digests import is_digest

_of_project = CompiledLookup(lambda project: Repository.objects.filter(project=project).order_by()[:1], UUID)


def _tags_with_admission() -> QuerySet[Tag]:
    return Tag.objects.select_related("publication__author").order_by()


_tags_by_name = CompiledLookup(
    lambda repository, name: _tags_with_admission().filter(repository=repository, name=name), UUID, str
)
_tags_of_manifest = CompiledLookup(
    lambda repository, digest: _tags_with_admission().filter(repository=repository, manifest__blob_id=digest), UUID, str
)
"""These are asked with each pull."""


def repository_of(project: Project) -> Repository | None:
    """Returns a project's repository, or None if it published nothing. The caller may read the project."""
    repository = _of_project.first(project.pk)
    if repository is not None:
        repository.project = project  # it is not asked for again
    return repository


def find_repository(project: Project) -> Repository:
    """Returns a project's repository. The caller may read the project. Raises `NotFound`."""
    repository = repository_of(project)
    if repository is None:
        raise NotFound("Nothing is published under this name.")
    return repository


def advice_on(repository: Repository, reference: str) -> str:
    """Returns the deprecation or withdrawal that is sent to a client that takes a manifest by this tag or digest, and
    that it was published past its gate, or "".

    A digest that another tag without advice has too is not advised against. The caller has found the project for
    someone.
    """
    if not is_digest(reference):
        tags = _tags_by_name.all(repository.pk, reference)
    elif withdrawn_rune := repository.withdrawn_runes.filter(digest=reference).first():
        return str(withdrawn_rune)
    else:
        tags = _tags_of_manifest.all(repository.pk, reference)
    texts = [_advice_on_tag(tag) for tag in tags]
    return texts[0] if all(texts) and texts else ""


def _advice_on_tag(tag: Tag) -> str:
    override = tag.override.override_sentence if tag.override else ""
    return f"{tag.advice.rstrip('.')}. {override}" if tag.advice and override else tag.advice or override


def is_rune(digest: str) -> bool:
    """Returns whether a blob is a rune that was built here, and not a manifest's config."""
    return ArtefactFile.objects.filter(blob_id=digest, role=FileRole.RUNE).exists()
