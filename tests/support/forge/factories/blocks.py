"""A published block, without the compiler: for tests about who sees it, and what they see."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import put_bytes
from forge.projects.versions.store import snapshot
from forge.registry.models import BlockVersion, Manifest, Repository
from rune.blocks.artefact import BlockFiles, block_manifest
from rune.digests import digest_of
from rune.oci import MANIFEST_TYPE
from tests.support.runes.shared_blocks import SMOOTH


def published_block(person: Any, project: Any, version: str = "1.0", source: bytes = SMOOTH) -> BlockVersion:
    """The block `smooth` of a project."""
    data = block_manifest(BlockFiles("smooth", version, "Average the scores.", source))
    for each in (data, source):
        put_bytes(each)
    repository, _ = Repository.objects.get_or_create(project=project)
    link_blobs(repository, [digest_of(source)], project.organisation_id)
    manifest = Manifest.objects.create(repository=repository, blob_id=digest_of(data), media_type=MANIFEST_TYPE)
    link_blobs(manifest, [digest_of(data)], project.organisation_id)
    return BlockVersion.objects.create(
        repository=repository,
        name="smooth",
        version=version,
        manifest=manifest,
        source_version=snapshot(project, person),
        path="smooth.py",
        summary="Average the scores.",
        author=person,
        created=timezone.now(),
    )
