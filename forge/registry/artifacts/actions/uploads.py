"""Uploading blobs: in one part or several, mounted from another repository, or cancelled."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from forge.accounts.errors import StorageQuotaReached
from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_fits, require_room
from forge.core.actors import Actor
from forge.core.blobs.links import link_blobs
from forge.core.blobs.parts import BlobPart, WrongDigest, delete_parts, join_parts, store_part
from forge.core.errors import NotFound
from forge.core.models import Blob
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.artifacts.access import find_blob
from forge.registry.artifacts.digests import note_digests
from forge.registry.artifacts.models import PushedBlob, Upload
from forge.registry.errors import NoSuchUpload, TooManyUploads, WrongBytes, WrongOffset
from forge.registry.models import Repository

MOST_PARTS = 10_000
"""Parts of one upload."""
MOST_UPLOADS = 100
"""Uploads of one person that are under way at once, in all repositories."""


def begin_upload(actor: Actor, project: Project) -> Upload:
    """Begins an upload, which its author alone goes on with.

    Raises `Forbidden`, `StorageQuotaReached` and `TooManyUploads`.
    """
    require(actor, Verb.PUSH, project)
    _require_room(project, 1)
    if Upload.objects.filter(author=actor.person).count() >= MOST_UPLOADS:
        raise TooManyUploads(f"{MOST_UPLOADS} of your uploads are under way. Finish or cancel some of them first.")
    repository, _ = Repository.objects.get_or_create(project=project)
    return Upload.objects.create(repository=repository, author=actor.person, changed=timezone.now())


def append_part(
    actor: Actor, upload: Upload, chunks: Iterable[bytes], offset: int | None = None, size: int = 0
) -> Upload:
    """Adds a part to an upload; `offset` is where the client says that it begins, and `size` its bytes, 0 where they
    are not known before they come.

    Raises `Forbidden`, `StorageQuotaReached`, `WrongOffset`, and `NoSuchUpload` where the upload ended meanwhile.
    """
    project = upload.repository.project
    require(actor, Verb.PUSH, project)
    if offset is not None and offset != upload.size:
        raise WrongOffset(upload.size)
    _require_room(project, max(size, 1))
    part = store_part(chunks)
    if not part.size:
        delete_parts([part.name])
        return upload
    try:
        return _add(upload, part)
    except BaseException:
        delete_parts([part.name])
        raise


@transaction.atomic
def _add(upload: Upload, part: BlobPart) -> Upload:
    row = Upload.objects.select_for_update().filter(pk=upload.pk).first()
    if row is None:
        raise NoSuchUpload("This upload ended meanwhile. Begin it again.")
    if row.size != upload.size or len(row.parts) >= MOST_PARTS:
        raise WrongOffset(row.size)
    row.parts = [*row.parts, [part.name, part.size, part.digest]]
    row.size += part.size
    row.changed = timezone.now()
    row.save(update_fields=["parts", "size", "changed"])
    return row


def finish_upload(actor: Actor, upload: Upload, digest: str) -> str:
    """Makes the parts of an upload a blob of its repository. Returns its digest as the client named it.

    Raises `Forbidden`, `StorageQuotaReached`, `WrongBytes` and `NoSuchUpload`.
    """
    project = upload.repository.project
    require(actor, Verb.PUSH, project)
    parts = [BlobPart(*part) for part in upload.parts] or [store_part([])]
    try:
        blob = join_parts(parts, digest)
        with transaction.atomic():
            _have(upload.repository, blob, digest)
            require_fits(project.organisation_id)
    except WrongDigest:
        _end(upload, parts)
        raise WrongBytes(
            f"The {upload.size} bytes that came are not those of {digest}. The upload was ended; begin it again."
        ) from None
    except NotFound:
        raise NoSuchUpload("This upload ended meanwhile. Begin it again.") from None
    except StorageQuotaReached:
        _end(upload, parts)
        raise
    _end(upload, parts)
    return digest


def cancel_upload(actor: Actor, upload: Upload) -> None:
    """Ends an upload; its parts are deleted. Raises `Forbidden`."""
    require(actor, Verb.PUSH, upload.repository.project)
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
    uploads = Upload.objects.filter(repository__project__organisation=project.organisation_id)
    pending = uploads.aggregate(bytes=Sum("size"))["bytes"] or 0
    require_room(project.organisation_id, pending + size)


def _have(repository: Repository, blob: Blob, digest: str) -> None:
    """Links a blob to a repository for a day, within the caller's transaction."""
    note_digests({digest: blob})
    pushed, _ = PushedBlob.objects.update_or_create(
        repository=repository, blob_id=blob.digest, defaults={"pushed": timezone.now()}
    )
    link_blobs(pushed, [blob.digest], repository.project.organisation_id)


def _end(upload: Upload, parts: Iterable[BlobPart]) -> None:
    Upload.objects.filter(pk=upload.pk).delete()
    delete_parts(part.name for part in parts)
