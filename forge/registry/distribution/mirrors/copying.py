"""Copying what a repository has to another registry: tags, what they name, and what refers to that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from forge.core.blobs.chunks import CHUNK
from forge.core.blobs.store import open_blob, read_blob
from forge.registry.distribution.artifacts.access import find_blob, find_manifest, referrers_of
from forge.registry.distribution.artifacts.models import ArtifactTag
from forge.registry.distribution.mirrors.errors import RemoteFailed
from forge.registry.distribution.mirrors.remote import RemoteManifest, RemoteRepository
from forge.registry.models import Manifest, Repository
from forge.registry.oci.documents import read_document
from rune.compiler.building.spec import canonical_digest

DEEPEST = 4
"""Levels of indexes and referrers."""


@dataclass(frozen=True)
class RepositoryState:
    """The state to copy: the digest of each tag's manifest, and the digests of what refers to one of them."""

    tags: Mapping[str, str]
    referrers: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Names the state: it changes with each tag and each referrer."""
        return canonical_digest({"tags": dict(sorted(self.tags.items())), "referrers": sorted(self.referrers)})


def state_of(repository: Repository) -> RepositoryState:
    """The copied repository: without tags that were withdrawn, and without the tags by which clients that
    know no referrers name them."""
    published = repository.tags.filter(withdrawn=None).values_list("name", "manifest__blob_id")
    pushed = ArtifactTag.objects.filter(repository=repository, manifest__trashed=None)
    rows = [*published, *pushed.values_list("name", "manifest__blob_id")]
    tags = {name: digest for name, digest in rows if not name.startswith(("sha256-", "sha512-"))}
    subjects = set(tags.values())
    referring = repository.manifests.filter(trashed=None, subject__in=subjects).values_list("blob_id", flat=True)
    return RepositoryState(tags, tuple(referring))


def copy_repository(
    repository: Repository, state: RepositoryState, remote: RemoteRepository, tick: Callable[[], None]
) -> tuple[list[str], dict[str, str]]:
    """Copies each tag that the other registry lacks or has with other bytes, and the referrers that it lacks.

    Returns the tags that were copied, and those that could not be, with the reason. Raises `RemoteFailed` where the
    registry cannot be reached at all.
    """
    copied: list[str] = []
    failed: dict[str, str] = {}
    copying = _Copying(repository, remote, tick)
    for tag, digest in sorted(state.tags.items()):
        tick()
        manifest = find_manifest(repository, digest)
        if manifest is None:  # deleted meanwhile
            continue
        try:
            if remote.manifest_digest(tag) != digest:
                copying.copy(manifest, tag)
                copied.append(tag)
            copying.copy_referrers(digest)
        except RemoteFailed as error:
            if not error.status:
                raise
            failed[tag] = str(error)
    return copied, failed


class _Copying:
    """Copies to one repository of another registry."""

    def __init__(self, repository: Repository, remote: RemoteRepository, tick: Callable[[], None]) -> None:
        self._repository, self._remote, self._tick = repository, remote, tick

    def copy(self, manifest: Manifest, reference: str, depth: int = 0) -> None:
        """Copies a manifest after all that it names. Raises `RemoteFailed`."""
        if depth > DEEPEST:
            raise RemoteFailed(f"{manifest.blob_id} is nested too deep in indexes to be copied.", 400)
        data = read_blob(manifest.blob_id)
        document = read_document(data, manifest.media_type)
        for blob in document.blobs:
            self._tick()
            link = find_blob(self._repository, blob.digest)
            if link is not None and not self._remote.has_blob(blob.digest):
                self._remote.push_blob(blob.digest, blob.size, self._chunks(link.blob_id))
        for child in document.manifests:
            inner = find_manifest(self._repository, child.digest)
            if inner is not None and self._remote.manifest_digest(child.digest) != child.digest:
                self.copy(inner, child.digest, depth + 1)
        copied = RemoteManifest(data, manifest.media_type, manifest.blob_id)
        self._remote.push_manifest(copied, reference, manifest.subject, manifest.artifact_type)

    def copy_referrers(self, digest: str, depth: int = 0) -> None:
        """Copies what refers to a manifest, and what refers to that, where the registry lacks it. Raises
        `RemoteFailed`."""
        if depth > DEEPEST:
            return
        existing = set(self._remote.referrers(digest))
        for referrer in referrers_of(self._repository, digest):
            self._tick()
            if referrer.blob_id not in existing:
                self.copy(referrer, referrer.blob_id)
            self.copy_referrers(referrer.blob_id, depth + 1)

    def _chunks(self, digest: str) -> Iterator[bytes]:
        with open_blob(digest) as file:
            while chunk := file.read(CHUNK):
                self._tick()
                yield chunk
