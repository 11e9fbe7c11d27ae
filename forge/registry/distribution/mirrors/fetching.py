"""Fetching what a repository lacks from the registry that it mirrors, when a member pulls it.

What comes is pushed with the rights of the person who set the mirror, so names, tags, policies and quotas hold for it
as for any push. Referrers come along: signatures and provenance are of no use elsewhere.
"""

from __future__ import annotations

import logging
from threading import BoundedSemaphore

from django.core.cache import cache

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, acting_as
from forge.core.actors import Actor
from forge.core.database.compiled_queries import CompiledQuery, id_of
from forge.core.errors import Busy, DomainError
from forge.projects.models import Project
from forge.registry.distribution.artifacts.access import find_blob, find_manifest
from forge.registry.distribution.artifacts.actions import (
    append_part,
    begin_upload,
    cancel_upload,
    finish_upload,
    push_manifest,
)
from forge.registry.distribution.artifacts.errors import BadArtifact
from forge.registry.distribution.artifacts.version_tags import is_of_version
from forge.registry.distribution.mirrors.access import open_remote, principal_of_mirror
from forge.registry.distribution.mirrors.errors import RemoteFailed, RemoteLacks
from forge.registry.distribution.mirrors.models import Mirror, MirrorDirection
from forge.registry.distribution.mirrors.outcomes import note_outcome
from forge.registry.distribution.mirrors.remote import RemoteManifest, RemoteRepository
from forge.registry.models import Manifest, Repository
from forge.registry.oci.digests import is_digest
from forge.registry.oci.documents import BadManifest, Descriptor, read_document
from forge.registry.oci.manifests import is_tag, stays

FETCH_SECONDS = 60.0
"""The whole of one fetch, with its blobs."""
ASK_AGAIN_SECONDS = 60
"""The seconds for which the other registry is not asked again what a tag names, nor for what it lacks."""
MOST_AT_ONCE = 4
"""Fetches of one process at once: each holds a thread that answers requests."""
DEEPEST = 4
"""Levels of indexes and referrers."""
MOST_MANIFESTS = 100
"""Manifests of one fetch."""

_fetches = BoundedSemaphore(MOST_AT_ONCE)
_log = logging.getLogger(__name__)


def find_or_fetch(puller: Principal, project: Project, repository: Repository, reference: str) -> Manifest | None:
    """A manifest by its digest or by a tag, fetched where the repository lacks it or its tag may have moved.

    Where the other registry cannot be asked, the manifest that is here is returned. It is not asked for what is neither
    a digest nor a tag: that would be another address there. Raises `Busy`, and what pushing it raises where it is not
    here.
    """
    if not (is_digest(reference) or is_tag(reference)):
        return None
    manifest = find_manifest(repository, reference)
    if manifest is not None and (is_digest(reference) or stays(reference)):
        return manifest
    if is_of_version(repository, reference):  # what another registry has there does not stand beside our own
        return manifest
    mirror = _mirror_for(puller, project)
    if mirror is None or (manifest is not None and manifest.tags.exists()) or not _is_due(mirror, reference):
        return manifest
    actor = principal_of_mirror(mirror)
    if actor is None:
        return manifest
    if not _fetches.acquire(blocking=False):
        if manifest is not None:
            return manifest
        raise Busy("Other artifacts are being fetched from another registry. Try again in a few seconds.")
    try:
        _fetch(mirror, actor, repository, reference, manifest)
    except RemoteLacks:
        return manifest
    except (RemoteFailed, DomainError) as error:
        note_outcome(mirror, str(error))
        if manifest is None and isinstance(error, DomainError):
            raise
        return manifest
    finally:
        _fetches.release()
    return find_manifest(repository, reference)


_mirrors_of_project = CompiledQuery(
    lambda project: Mirror.objects.filter(ended=None, project=project, direction=MirrorDirection.FROM).values_list("pk")
)
"""The mirrors of a project, read at each pull by a tag that can move."""


def _mirror_for(puller: Principal, project: Project) -> Mirror | None:
    """The registry that a project mirrors, where the puller may make this server ask it: members, and no visitors.

    A token that pulls needs no other scope for it; whose token it is decides.
    """
    ids = [id_of(pk) for (pk,) in _mirrors_of_project.rows(project.pk)]
    if not ids or puller.person is None or not can(acting_as(puller.person), Verb.READ, project):
        return None
    return Mirror.objects.active().filter(pk__in=ids).select_related("project__organisation", "author").first()


def _is_due(mirror: Mirror, reference: str) -> bool:
    """Returns whether nobody asked for it in the last minute."""
    return cache.add(f"mirror:{mirror.pk}:{reference}", 1, ASK_AGAIN_SECONDS)


def _fetch(mirror: Mirror, actor: Actor, repository: Repository, reference: str, existing: Manifest | None) -> None:
    with open_remote(mirror, FETCH_SECONDS) as remote:
        if existing is not None and remote.manifest_digest(reference) in ("", existing.blob_id):
            return
        _Fetch(actor, mirror.project, repository, remote).fetch(reference)
    note_outcome(mirror)


class _Fetch:
    """A fetch: a manifest with all that it names and all that refers to it."""

    def __init__(self, actor: Actor, project: Project, repository: Repository, remote: RemoteRepository) -> None:
        self._actor, self._project, self._repository, self._remote = actor, project, repository, remote
        self._count = 0

    def fetch(self, reference: str, depth: int = 0) -> None:
        """Stores a manifest, under its tag where `reference` is one. Raises `RemoteFailed` and what pushes raise."""
        self._count += 1
        if depth > DEEPEST or self._count > MOST_MANIFESTS:
            raise RemoteFailed(f"{reference} names too many manifests to fetch them at once.")
        manifest = self._remote.manifest(reference)
        self._fetch_parts(manifest, depth)
        tags, digest = ([], reference) if is_digest(reference) else ([reference], "")
        push_manifest(self._actor, self._project, tags, manifest.data, manifest.media_type, digest)
        for referrer in self._remote.referrers(manifest.digest):
            if find_manifest(self._repository, referrer) is None:
                self._fetch_referrer(referrer, depth + 1)

    def _fetch_referrer(self, digest: str, depth: int) -> None:
        """Stores what refers to a manifest. What the organisation does not take, or what is broken, is left out."""
        try:
            self.fetch(digest, depth)
        except (RemoteLacks, DomainError) as error:
            _log.info("The referrer %s of a mirrored artifact was left out: %s", digest, error)

    def _fetch_parts(self, manifest: RemoteManifest, depth: int) -> None:
        try:
            document = read_document(manifest.data, manifest.media_type)
        except BadManifest as error:
            raise BadArtifact(str(error)) from None
        for blob in document.blobs:
            if blob.data is None and find_blob(self._repository, blob.digest) is None:
                self._fetch_blob(blob)
        for child in document.manifests:
            if find_manifest(self._repository, child.digest) is None:
                self.fetch(child.digest, depth + 1)

    def _fetch_blob(self, blob: Descriptor) -> None:
        upload = begin_upload(self._actor, self._project)
        try:
            chunks = self._remote.blob(blob.digest, blob.size)
            upload = append_part(self._actor, upload, chunks, size=blob.size)
        except BaseException:
            cancel_upload(self._actor, upload)
            raise
        finish_upload(self._actor, upload, blob.digest)
