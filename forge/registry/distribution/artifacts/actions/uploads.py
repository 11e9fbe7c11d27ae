"""Uploading blobs: in one part or several, mounted from another repository, or cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from functools import partial
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from forge.accounts.access import require_scope
from forge.accounts.errors import StorageQuotaReached
from forge.accounts.models import ApiToken
from forge.accounts.permissions import Verb
from forge.accounts.principals import token_of
from forge.accounts.quotas.limits import require_fits, require_room
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.blobs.links import link_blobs
from forge.core.blobs.parts import (
    BlobPart,
    PartInUse,
    StoredPart,
    WrongDigest,
    delete_parts,
    first_part,
    join_parts,
    measure_parts,
    require_unused,
    store_pieces,
)
from forge.core.database.compiled_queries import CompiledLookup, CompiledQuery
from forge.core.errors import Forbidden, NotFound, SignInNeeded
from forge.core.models import Blob
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.distribution.artifacts.access import find_blob
from forge.registry.distribution.artifacts.digests import note_digests
from forge.registry.distribution.artifacts.errors import (
    NoSuchUpload,
    TooManyUploads,
    UploadInUse,
    WrongBytes,
    WrongUploadOffset,
)
from forge.registry.distribution.artifacts.models import PushedBlob, Upload
from forge.registry.distribution.artifacts.running_digests import RunningDigest, running_digests
from forge.registry.models import Repository
from forge.registry.oci.digests import algorithm_of
from forge.registry.repository.access import repository_of

MOST_PARTS = 10_000
"""Parts of one upload."""
MOST_UPLOADS = 100
"""Uploads of one person that are under way at once, in all repositories."""

_by_id = CompiledLookup(lambda upload: Upload.objects.filter(pk=upload), UUID)
_of_author = CompiledQuery(
    lambda author: Upload.objects.filter(author=author).values("author").annotate(n=Count("pk")).values_list("n")
)
_pending = CompiledQuery(
    lambda organisation: (
        Upload.objects.filter(repository__project__organisation=organisation)
        .values("repository__project__organisation")
        .annotate(bytes=Sum("size"))
        .values_list("bytes")
    )
)
_pushed_blobs = CompiledLookup(
    lambda repository, digest: PushedBlob.objects.filter(repository=repository, blob=digest), UUID, str
)
"""These are asked with each upload."""


def begin_upload(actor: Actor, project: Project, algorithm: str = "sha256") -> Upload:
    """Begins an upload, which its author alone goes on with. `algorithm` is that of the digest which will end it, where
    that is known.

    Raises `Forbidden`, `StorageQuotaReached` and `TooManyUploads`.
    """
    require(actor, Verb.PUSH, project)
    _require_room(project, 1)
    if any(count >= MOST_UPLOADS for (count,) in _of_author.rows(actor.pk)):
        raise TooManyUploads(f"{MOST_UPLOADS} of your uploads are under way. Finish or cancel some of them first.")
    repository = repository_of(project) or Repository.objects.get_or_create(project=project)[0]
    upload = Upload.objects.create(repository=repository, author=actor.person, changed=timezone.now())
    running_digests.keep(upload.pk, RunningDigest({"sha256", algorithm}))
    return upload


def append_part(
    actor: Actor, upload: Upload, chunks: Iterable[bytes], offset: int | None = None, size: int = 0
) -> Upload:
    """Adds bytes to an upload while they come; `offset` is where the client says that they begin, and `size` how many
    they are, 0 where that is not known before. What came before an interruption stays, and is part of the upload.

    Raises `Forbidden`, `SignInNeeded`, `StorageQuotaReached`, `WrongUploadOffset`, `UploadInUse`, `NoSuchUpload` where
    the upload or the right to it ended meanwhile, and what interrupted `chunks`.
    """
    project = upload.repository.project
    require(actor, Verb.PUSH, project)
    if offset is not None and offset != upload.size:
        raise WrongUploadOffset(upload.size)
    _require_room(project, max(size, 1))
    coming = iter(chunks)
    first = next(coming, b"")
    if not first:
        return upload
    parts = [BlobPart(*part) for part in upload.parts]
    # Of bytes that another process took, or this one before it was started again, nothing is known: they are read again
    # when the upload ends.
    digest = running_digests.take(upload.pk, upload.size)
    whole = chain([first], coming)
    measured_chunks = whole if digest is None else digest.through(whole)
    row = upload
    try:
        last, confirm = parts[-1] if parts else None, partial(_require_unchanged, upload)
        for piece in store_pieces(measured_chunks, upload.pk, last, confirm):
            row = _add(actor, row, piece)
            if row.size != upload.size + size:  # more comes than there was room for, or nobody knows how much
                _require_room(project, 1)
    except PartInUse:
        raise UploadInUse(
            "Another request is sending bytes of this upload. Wait for it, or start another upload."
        ) from None
    except NotFound:
        raise _upload_ended() from None
    finally:
        if digest is not None and digest.size == row.size:
            running_digests.keep(upload.pk, digest)
    return row


def _require_unchanged(upload: Upload) -> None:
    row = _by_id.first(upload.pk)
    if row is None:
        raise _upload_ended()
    if row.size != upload.size:
        raise WrongUploadOffset(row.size)


def _require_push_still(actor: Actor, project: Project) -> None:
    """Asks again for the right to push, and whether the token lives: bytes came since the request began."""
    require(actor.afresh(), Verb.PUSH, project)
    token = token_of(actor)
    if token is not None and not ApiToken.objects.alive().filter(pk=token, owner__is_active=True).exists():
        raise SignInNeeded("This token ended while the bytes came.")


def _add(actor: Actor, upload: Upload, piece: StoredPart) -> Upload:
    try:
        _require_push_still(actor, upload.repository.project)
        row = _append_piece(upload, piece)
    except (Forbidden, NotFound, SignInNeeded, WrongUploadOffset):
        if piece.part.name not in {name for name, _size in upload.parts}:
            delete_parts([piece.part.name])
        raise
    if piece.replaces not in (None, piece.part.name):
        delete_parts([str(piece.replaces)])
    return row


def _append_piece(upload: Upload, piece: StoredPart) -> Upload:
    others = [[name, size] for name, size in upload.parts if name != piece.replaces]
    if len(others) >= MOST_PARTS:
        raise WrongUploadOffset(upload.size)
    row = copy(upload)
    row.parts = [*others, [piece.part.name, piece.part.size]]
    row.size = sum(size for _name, size in row.parts)
    row.changed = timezone.now()
    # Each piece adds bytes, so a row of the same size has the same parts.
    unchanged_rows = Upload.objects.filter(pk=upload.pk, size=upload.size)
    if not unchanged_rows.update(parts=row.parts, size=row.size, changed=row.changed):
        _require_unchanged(upload)
        raise _upload_ended()
    return row


def finish_upload(actor: Actor, upload: Upload, digest: str) -> str:
    """Makes the parts of an upload a blob of its repository. Returns its digest as the client named it.

    Raises `Forbidden`, `SignInNeeded`, `StorageQuotaReached`, `WrongBytes`, `UploadInUse` and `NoSuchUpload`.
    """
    project = upload.repository.project
    require(actor, Verb.PUSH, project)
    parts = [BlobPart(*part) for part in upload.parts]
    try:
        # Bytes that are still coming would make the digest look wrong, and end the upload for the request that sends
        # them.
        require_unused(upload.pk, parts)
        digests = _digests_of(upload, parts, {"sha256", algorithm_of(digest)})
        if digests[algorithm_of(digest)] != digest:
            raise WrongDigest
        blob = join_parts(parts, digests["sha256"])
        with transaction.atomic():
            _require_push_still(actor, project)
            _have(upload.repository, blob, digest)
            require_fits(project.organisation_id)
            Upload.objects.filter(pk=upload.pk).delete()
    except WrongDigest:
        _end(upload, parts)
        raise WrongBytes(
            f"The {upload.size} received bytes do not have the digest {digest}. The upload was ended; start it again."
        ) from None
    except PartInUse:
        raise UploadInUse("Another request is sending bytes of this upload. Wait until it has ended.") from None
    except NotFound:
        raise _upload_ended() from None
    except StorageQuotaReached:
        _end(upload, parts)
        raise
    _delete_files(parts, upload)
    return digest


def _digests_of(upload: Upload, parts: list[BlobPart], algorithms: set[str]) -> dict[str, str]:
    """The digests of what came: measured on the way, or else read again."""
    running = running_digests.take(upload.pk, upload.size)
    known_digests = {} if running is None else running.digests()
    return known_digests if algorithms <= known_digests.keys() else measure_parts(parts, algorithms)


def _upload_ended() -> NoSuchUpload:
    return NoSuchUpload("This upload has ended. Start it again.")


def cancel_upload(actor: Actor, upload: Upload) -> None:
    """Ends the actor's own upload, also once they may no longer push to the project; its parts are deleted. Raises
    `Forbidden` for a token that may not push, and `NoSuchUpload`."""
    require_scope(actor, Scope.REGISTRY_PUSH)
    if actor.pk is None or upload.author_id != actor.pk:
        raise _upload_ended()
    _end(upload, [BlobPart(*part) for part in upload.parts])


def mount_blob(actor: Actor, project: Project, digest: str, source: Project) -> bool:
    """Gives a project's repository a blob that another one has; False where that one has none of this digest.

    The caller has found the source for them. Raises `Forbidden` and `StorageQuotaReached`.
    """
    require(actor, Verb.PUSH, project)
    require(actor, Verb.SEE, source)
    repository = Repository.objects.filter(project=source).first()
    link = None if repository is None else find_blob(repository, digest)
    if link is None:
        return False
    with transaction.atomic():
        target, _ = Repository.objects.get_or_create(project=project)
        _have(target, link.blob, digest)
        require_fits(project.organisation_id)
    return True


def _require_room(project: Project, size: int) -> None:
    """Raises `StorageQuotaReached` where the organisation has no room for so many bytes beside the uploads that are
    under way in its repositories."""
    pending = sum(int(size) for (size,) in _pending.rows(project.organisation_id))
    require_room(project.organisation_id, pending + size)


def _have(repository: Repository, blob: Blob, digest: str) -> None:
    """Links a blob to a repository for a day, within the caller's transaction."""
    note_digests({digest: blob})
    PushedBlob.objects.bulk_create(
        [PushedBlob(repository=repository, blob_id=blob.digest, pushed=timezone.now())],
        update_conflicts=True,
        unique_fields=["repository", "blob"],
        update_fields=["pushed"],
    )
    # One that was there before has kept its id.
    for pushed_blob in _pushed_blobs.all(repository.pk, blob.digest):
        link_blobs(pushed_blob, [blob.digest], repository.project.organisation_id)


def _end(upload: Upload, parts: Iterable[BlobPart]) -> None:
    running_digests.take(upload.pk, upload.size)
    Upload.objects.filter(pk=upload.pk).delete()
    _delete_files(parts, upload)


def _delete_files(parts: Iterable[BlobPart], upload: Upload) -> None:
    names = [part.name for part in parts]
    # Of an upload without parts a request may have left the file of the first one, of which nothing is safe.
    delete_parts(names or [first_part(upload.pk).name])
