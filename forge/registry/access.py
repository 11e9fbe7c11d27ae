"""Finding what a project published."""

from __future__ import annotations

from forge.builds.models import ArtefactFile, Role
from forge.core.actors import Actor
from forge.core.blob_links import links_of
from forge.core.errors import NotFound
from forge.core.models import BlobLink
from forge.projects.models import Project
from forge.registry.errors import NoSuchTag
from forge.registry.models import Manifest, Repository, Tag
from forge.registry.oci import is_digest, is_tag


def tags_of(actor: Actor, project: Project) -> list[Tag]:
    """The project's tags that the person may see, the newest first."""
    tags = Tag.objects.visible_to(actor).filter(repository__project=project)
    return list(tags.select_related("manifest", "build__artefact", "build__version", "author"))


def find_tag(actor: Actor, project: Project, name: str) -> Tag:
    """One tag. Raises `NoSuchTag`."""
    tag = next((tag for tag in tags_of(actor, project) if tag.name == name), None)
    if tag is None:
        raise NoSuchTag(f"Nothing is published under {name}.")
    return tag


def find_repository(project: Project) -> Repository:
    """What a project published. The caller has found the project for someone. Raises `NotFound`."""
    repository = Repository.objects.filter(project=project).first()
    if repository is None:
        raise NotFound("Nothing is published under this name.")
    return repository


def find_manifest(repository: Repository, reference: str) -> Manifest | None:
    """A manifest by its digest, or by a tag."""
    manifests = repository.manifests.select_related("blob")
    if is_digest(reference):
        return manifests.filter(blob_id=reference).first()
    return manifests.filter(tags__name=reference).first() if is_tag(reference) else None


def is_rune(digest: str) -> bool:
    """Whether a blob is a rune that was built here, and not a manifest's config."""
    return ArtefactFile.objects.filter(blob_id=digest, role=Role.RUNE).exists()


def find_blob(repository: Repository, digest: str) -> BlobLink | None:
    """The link by which a repository has a blob; a digest that somebody merely knows opens nothing."""
    return links_of(repository).filter(blob_id=digest).select_related("blob").first()
