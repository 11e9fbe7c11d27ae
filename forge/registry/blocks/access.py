"""Finding published blocks: for a person, for a project that names them in its lock, for one that looks for some."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db.models import Q

from forge.accounts.access import nothing_for
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE
from forge.core.blobs.store import read_blob
from forge.core.models import Blob
from forge.projects.models import Project
from forge.registry.blocks.errors import BlockWithdrawn, NoSuchBlock
from forge.registry.models import BlockVersion, BlockVersionQuerySet, Repository
from rune.blocks.artefact import BlockManifest, read_block_manifest
from rune.blocks.mounts import Shelf, ShelfVersion
from rune.blocks.shared_path import SharedName, SharedPath, version_key

MOST_VERSIONS = 2_000
"""Versions of blocks that a project is shown."""


@dataclass(frozen=True)
class PublishedFiles:
    """The files of a published block, by their names, as text."""

    manifest: BlockManifest
    texts: Mapping[str, str]

    @property
    def source(self) -> str:
        return self.texts[f"{self.manifest.name}.py"]


def blocks_of(actor: Actor, project: Project) -> list[BlockVersion]:
    """Returns a project's published blocks, by name, newest version first, for someone who may see its page."""
    return _newest_first(_whole(BlockVersion.objects.visible_to(actor).listed().filter(repository__project=project)))


def best_of(versions: Sequence[BlockVersion]) -> BlockVersion:
    """Returns, of the versions of a block with the newest first, the newest without an objection, or else the
    newest."""
    return next((each for each in versions if not each.objection), versions[0])


def best_blocks_of(actor: Actor, project: Project) -> list[BlockVersion]:
    """The blocks that a project published, each at its best version, for someone who sees its page."""
    return [best_of(list(versions)) for _, versions in groupby(blocks_of(actor, project), attrgetter("shared_name"))]


def blocks_in(actor: Actor, organisation: str) -> list[BlockVersion]:
    """Returns an organisation's blocks that the person may see. Raises `NotFound` where there are none
    and they are no member of it, as for one that there is not."""
    listed_versions = BlockVersion.objects.visible_to(actor).listed()
    visible = listed_versions.filter(repository__project__organisation__name=organisation)
    blocks = _newest_first(_whole(visible)[:MOST_VERSIONS])
    if not blocks:
        # A token that reads projects reads no organisation: to be a member is enough.
        owner = Organisation.objects.filter(name=organisation).first()
        if owner is None or owner.pk not in actor.roles:
            raise nothing_for(actor, Verb.SEE_ORGANISATION, organisation, owner.place if owner else NOWHERE)
    return blocks


def versions_of(actor: Actor, project: Project, name: str, version: str | None = None) -> list[BlockVersion]:
    """The versions of a block, the newest first, with the one that is wanted among them; those that were withdrawn for
    who reads the project alone. Raises `NoSuchBlock`."""
    visible = BlockVersion.objects.visible_to(actor).filter(repository__project=project, name=name)
    versions = _newest_first(_whole(visible if can(actor, Verb.READ, project) else visible.listed()))
    if not versions or (version is not None and all(each.version != version for each in versions)):
        raise NoSuchBlock(f"{project.full_name} has no block {name}{'' if version is None else f'@{version}'}.")
    return versions


def find_block(actor: Actor, project: Project, name: str, version: str) -> BlockVersion:
    """Returns a version of a block. Raises `NoSuchBlock`, and `BlockWithdrawn` for one that was withdrawn."""
    block = find_any_block(actor, project, name, version)
    if block.is_withdrawn:
        raise BlockWithdrawn(f"{block} was withdrawn: {block.withdrawal}")
    return block


def find_any_block(actor: Actor, project: Project, name: str, version: str) -> BlockVersion:
    """Returns a version of a block, also when it was withdrawn. Raises `NoSuchBlock`."""
    versions = _whole(BlockVersion.objects.visible_to(actor).filter(repository__project=project))
    block = versions.filter(name=name, version=version).first()
    if block is None:
        raise NoSuchBlock(f"{project.full_name} has no block {name}@{version}.")
    return block


def find_path(actor: Actor, path: SharedPath) -> BlockVersion | None:
    """The block of a path, if there is one whose project's page the person may open."""
    name = path.block
    versions = _whole(BlockVersion.objects.visible_to(actor).listed()).filter(
        repository__project__organisation__name=name.organisation, repository__project__name=name.project
    )
    return versions.filter(name=name.name, version=path.version).first()


def usable_blocks(
    actor: Actor, project: Project, named_paths: Iterable[SharedPath], locked_digests: Mapping[SharedPath, str]
) -> list[BlockVersion]:
    """The blocks for somebody in a project, of pages that they may open: all that its organisation's projects
    published, and of other organisations the blocks that it names. What its lock names is among them no matter who
    asks. Of those that were withdrawn only what has a digest in `locked_digests`."""
    in_lock = Q(manifest__blob_id__in=set(locked_digests.values()))
    usable = BlockVersion.objects.usable_by(project).filter(Q(withdrawn=None) | in_lock)
    visible = usable.visible_to(actor)
    own = visible.filter(repository__project__organisation=project.organisation_id)
    blocks_by_id = {block.pk: block for block in _whole(own.exclude(repository__project=project)[:MOST_VERSIONS])}
    for name in {path.block for path in (*named_paths, *locked_digests)}:
        others = visible.filter(
            repository__project__organisation__name=name.organisation, repository__project__name=name.project
        )
        blocks_by_id |= {block.pk: block for block in _whole(others.filter(name=name.name))}
    # The same bytes may have another name in a project that only others see.
    blocks_by_id |= {
        block.pk: block
        for block in _whole(usable.filter(in_lock))
        if locked_digests.get(block.shared_path) == block.manifest.blob_id
    }
    return _newest_first(blocks_by_id.values())


def shelf_of(blocks: Iterable[BlockVersion]) -> Shelf:
    """Blocks as the language knows them."""
    shelf: dict[SharedName, list[ShelfVersion]] = {}
    for block in blocks:
        shelf_version = ShelfVersion(block.version, block.manifest.blob_id, block.objection, block.successor)
        shelf.setdefault(block.shared_name, []).append(shelf_version)
    return {name: tuple(versions) for name, versions in shelf.items()}


def locked_blocks(project: Project, digests: Collection[str]) -> Mapping[str, int]:
    """Returns the digests and sizes of manifests and their files, for
    `forge.projects.versions.mounting.published_blocks`."""
    blocks = BlockVersion.objects.readable_for(project).filter(manifest__blob_id__in=digests)
    manifests = set(blocks.values_list("manifest__blob_id", flat=True))
    sources = {read_block_manifest(read_blob(each)).source for each in manifests}
    return dict(Blob.objects.filter(pk__in=manifests | sources).values_list("pk", "size"))


def files_of(block: BlockVersion) -> PublishedFiles:
    """The files of a block, from the store."""
    manifest = read_block_manifest(read_blob(block.manifest.blob_id))
    return PublishedFiles(manifest, {name: read_blob(each).decode() for name, each in manifest.files.items()})


def find_published(repository: Repository, name: str, reference: str) -> BlockVersion | None:
    """A version of a block by itself, or by the digest of its manifest, also of one that was withdrawn."""
    blocks = repository.blocks.filter(name=name).select_related("manifest__blob")
    return (
        blocks.filter(manifest__blob_id=reference).first() or blocks.filter(version=reference, withdrawn=None).first()
    )


def _whole(blocks: BlockVersionQuerySet) -> BlockVersionQuerySet:
    return blocks.select_related("repository__project__organisation", "manifest", "author", "source_version")


def _newest_first(blocks: Iterable[BlockVersion]) -> list[BlockVersion]:
    by_version: Sequence[BlockVersion] = sorted(blocks, key=lambda each: version_key(each.version), reverse=True)
    return sorted(by_version, key=attrgetter("shared_name"))
