"""Copying what a repository has to another registry: tags, what they name, and what refers to that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from forge.core.blobs.chunks import CHUNK
from forge.core.blobs.links import links_of_all
from forge.core.blobs.store import open_blob, read_blob
from forge.registry.distribution.artifacts.access import find_blob, find_manifest, referrers_of
from forge.registry.distribution.artifacts.models import ArtifactTag
from forge.registry.distribution.mirrors.errors import RemoteFailed
from forge.registry.distribution.mirrors.remote import RemoteManifest, RemoteRepository
from forge.registry.models import Manifest, Repository
from forge.registry.oci.document_tags import has_document, subject_of_tag
from forge.registry.oci.documents import read_document
from rune.compiler.building.spec import canonical_digest

DEEPEST = 4
"""Levels of indexes and referrers."""
MOST_KNOWN = 10_000
"""Referrers of one manifest that the other registry may have before some are sent again at each copy."""


@dataclass(frozen=True)
class RepositoryState:
    """The state to copy: the digest of each tag's manifest, and the digests of what refers to one of them, to what an
    index of them lists, or to another referrer."""

    tags: Mapping[str, str]
    referrers: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Names the state: it changes with each tag and each referrer."""
        return canonical_digest({"tags": dict(sorted(self.tags.items())), "referrers": sorted(self.referrers)})


def state_of(repository: Repository) -> RepositoryState:
    """The copied repository: without tags that were withdrawn, and with the signatures, attestations and bills of
    materials that clients look for at a tag of what is copied. The lists of referrers are not: each registry has its
    own."""
    published_tags = repository.tags.filter(withdrawn=None).values_list("name", "manifest__blob_id")
    pushed_tags = ArtifactTag.objects.filter(repository=repository, manifest__trashed=None)
    rows = [*published_tags, *pushed_tags.values_list("name", "manifest__blob_id")]
    tags = {name: digest for name, digest in rows if not name.startswith(("sha256-", "sha512-"))}
    referrers = _referrers_below(repository, set(tags.values()))
    subjects = {*tags.values(), *referrers}
    documents = {name: digest for name, digest in rows if has_document(name) and subject_of_tag(name) in subjects}
    return RepositoryState(tags | documents, tuple(referrers))


def _referrers_below(repository: Repository, subjects: set[str]) -> set[str]:
    """The referrers of manifests and of what is below them, by as many levels as are copied."""
    known_digests, level, below = set(subjects), set(subjects), set[str]()
    for _ in range(DEEPEST + 1):
        if not level:
            break
        referring = repository.manifests.filter(trashed=None, subject__in=level)
        referrers = set(referring.values_list("blob_id", flat=True))
        below |= referrers
        level = (referrers | _listed_by(repository, level)) - known_digests
        known_digests |= level
    return below


def _listed_by(repository: Repository, digests: Collection[str]) -> set[str]:
    """The manifests of a repository that indexes among these list."""
    manifests = repository.manifests.filter(trashed=None)
    links = links_of_all(manifests.filter(blob_id__in=digests))
    return set(links.filter(blob_id__in=manifests.values("blob_id")).values_list("blob_id", flat=True))


def copy_repository(
    repository: Repository, state: RepositoryState, remote: RemoteRepository, tick: Callable[[], None]
) -> tuple[list[str], dict[str, str]]:
    """Copies each tag that the other registry lacks or has with other bytes, and the referrers that it lacks.

    Returns the tags that were copied, and those that could not be, with the reason. Raises `RemoteFailed` where the
    registry cannot be reached at all.
    """
    copied_tags: list[str] = []
    failures: dict[str, str] = {}
    copying = _Copying(repository, remote, tick)
    for tag, digest in sorted(state.tags.items()):
        tick()
        manifest = find_manifest(repository, digest)
        if manifest is None:  # deleted meanwhile
            continue
        try:
            if remote.manifest_digest(tag) != digest:
                copying.copy(manifest, tag)
                copied_tags.append(tag)
            copying.copy_referrers(digest)
        except RemoteFailed as error:
            if not error.status:
                raise
            failures[tag] = str(error)
    return copied_tags, failures


class _Copying:
    """Copies to one repository of another registry."""

    def __init__(self, repository: Repository, remote: RemoteRepository, tick: Callable[[], None]) -> None:
        self._repository, self._remote, self._tick = repository, remote, tick
        self._copied_digests = set[str]()

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
        remote_manifest = RemoteManifest(data, manifest.media_type, manifest.blob_id)
        self._remote.push_manifest(remote_manifest, reference, manifest.subject, manifest.artifact_type)

    def copy_referrers(self, digest: str) -> None:
        """Copies what refers to a manifest or to what is below it, where the registry lacks it. Raises
        `RemoteFailed`."""
        level = {digest}
        for _ in range(DEEPEST + 1):
            referrers = {referrer for each in sorted(level) for referrer in self._copy_referrers_of(each)}
            level = referrers | _listed_by(self._repository, level)

    def _copy_referrers_of(self, digest: str) -> list[str]:
        """Copies what refers to one manifest, once for all tags, and returns the digests."""
        referrers = list(referrers_of(self._repository, digest))
        lacking = referrers if digest not in self._copied_digests else []
        existing = set(self._remote.referrers(digest, MOST_KNOWN)) if lacking else set()
        for referrer in lacking:
            self._tick()
            if referrer.blob_id not in existing:
                self.copy(referrer, referrer.blob_id)
        self._copied_digests.add(digest)
        return [referrer.blob_id for referrer in referrers]

    def _chunks(self, digest: str) -> Iterator[bytes]:
        with open_blob(digest) as file:
            while chunk := file.read(CHUNK):
                self._tick()
                yield chunk
