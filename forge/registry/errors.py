"""Errors of publishing."""

from __future__ import annotations

from collections.abc import Sequence

from forge.core.errors import Busy, Conflict, Forbidden, Invalid, NotFound, QuotaReached, Unprocessable


class BadTag(Invalid):
    """A tag outside the grammar."""

    title = "This tag cannot be used"


class TagInUse(Conflict):
    """A version's tag that stands for another build, and stays with it."""

    title = "The tag is taken"


class NotPublishable(Conflict):
    """A build without a rune of its own to publish."""

    title = "This build cannot be published"


class GateClosed(Conflict):
    """A build that lacks what its tag demands, or has secrets in its files. `missing` are sentences, each with what to
    do next."""

    title = "This build cannot be published yet"

    def __init__(self, tag: str, missing: Sequence[str], *, is_protected: bool = True) -> None:
        reason = "is protected" if is_protected else "was not published"
        super().__init__(f"{tag} {reason}. {' '.join(missing)}", missing=list(missing))
        self.missing = tuple(missing)


class NotComparable(Conflict):
    """A version that cannot be in a standing table: the error says why."""

    title = "This version cannot be compared"


class NothingToOverride(Conflict):
    """A tag that is not protected, or a build that has all that is demanded: it can simply be published."""

    title = "There is nothing to override"


class NoSuchTag(NotFound):
    """Nothing is published under this tag."""

    title = "No such tag"


class Withdrawn(NoSuchTag):
    """The version was withdrawn; the error says why."""

    title = "This version was withdrawn"


class BadBlock(Invalid):
    """A block's name, version or file that cannot be published so."""

    title = "This block cannot be published"


class BlockBroken(Conflict):
    """A block with problems, or with a test that fails. `problems` are diagnostics."""

    title = "The block has problems"


class NoSuchBlock(NotFound):
    """Nothing is published under this name and version."""

    title = "No such block"


class BlockWithdrawn(NoSuchBlock):
    """The version was withdrawn; the error says why."""

    title = "This version was withdrawn"


class BadArtifact(Unprocessable):
    """A manifest that was pushed and says something impossible."""

    title = "This manifest cannot be taken"


class ArtifactRefused(Forbidden):
    """An artifact of a kind that the organisation's registry does not take."""

    title = "This registry does not take such artifacts"


class WrongBytes(Invalid):
    """Bytes that are not those of the digest that was announced."""

    title = "These are other bytes"


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


class NotInTrash(NotFound):
    """A manifest that was not deleted, or that was deleted for good."""

    title = "Nothing to restore"
