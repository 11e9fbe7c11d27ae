"""Keeps the source of a withdrawn version of a block from being published again."""

from __future__ import annotations

from forge.core.blobs.store import read_blob
from forge.projects.models import Project
from forge.registry.models import BlockVersion
from forge.registry.tags.errors import NotPublishable
from rune.blocks.artefact import BlockFiles, read_block_manifest
from rune.digests import digest_of


def require_not_withdrawn(project: Project, files: BlockFiles) -> None:
    """Raises `NotPublishable` for a source that was withdrawn, under whatever version of the block."""
    withdrawn_versions = BlockVersion.objects.filter(repository__project=project, name=files.name).exclude(
        withdrawn=None
    )
    source = digest_of(files.source)
    for block in withdrawn_versions.select_related("manifest"):
        if read_block_manifest(read_blob(block.manifest.blob_id)).source == source:
            message = f"{block} was withdrawn: {block.withdrawal} Change the block, or end the withdrawal first."
            raise NotPublishable(message)
