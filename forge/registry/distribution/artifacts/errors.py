"""Errors of pushing, deleting and restoring artifacts."""

from __future__ import annotations

from forge.core.errors import Busy, Conflict, Forbidden, Invalid, NotFound, QuotaReached, Unprocessable


class BadArtifact(Unprocessable):
    """A manifest that was pushed and says something impossible."""

    title = "This manifest cannot be taken"


class ArtifactRefused(Forbidden):
    """An artifact of a kind that the organisation's registry does not take."""

    title = "This registry does not take such artifacts"


class WrongBytes(Invalid):
    """Bytes that are not those of the digest that was announced."""

    title = "The digest does not match"


class BlobMissing(NotFound):
    """A manifest names a blob or a manifest that the repository does not have."""

    title = "Push what the manifest names first"


class NoSuchBlob(NotFound):
    """The repository has no blob of this digest."""

    title = "No such blob"


class NoSuchUpload(NotFound):
    """No upload of this id that the caller began is under way."""

    title = "No such upload"


class UploadInUse(Busy):
    """Another request is sending bytes of the same upload."""

    title = "This upload is in use"


class TooManyUploads(QuotaReached):
    """Somebody has more uploads under way than one may."""

    title = "Too many uploads"


class WrongUploadOffset(Conflict):
    """A part of an upload that does not begin where the last one ended. `size` is how many bytes came."""

    title = "The part does not follow the last one"

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes came so far: the next part begins at {size}.")
        self.size = size


class StillNamed(Conflict):
    """Something that cannot be deleted while something else needs it."""

    title = "This is still needed"


class BelongsToVersion(Conflict):
    """A published version, or what the server published about one: both are there as long as their repository."""

    title = "This belongs to a published version"


class NotInTrash(NotFound):
    """A manifest that was not deleted, or that was deleted for good."""

    title = "Nothing to restore"
