"""Errors of projects and their files."""

from forge.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale, TooLarge, Unprocessable


class ModelRefused(Unprocessable):
    """A file that ends in .tflite and is not a model; `offset` is where in it, in bytes, when that is known."""

    title = "This model cannot be used"

    def __init__(self, reason: str, offset: int | None) -> None:
        place = "" if offset is None else f" (at byte {offset})"
        super().__init__(
            f"{reason}{place}. Export the model to TensorFlow Lite again and upload the new file.",
            reason=reason,
            offset=offset,
        )


class BadPath(Invalid):
    """A path that leaves the project or is too long."""

    title = "This path cannot be used"


class ProjectFileNotFound(NotFound):
    """No living file has this path."""

    title = "No such file"


class VersionNotFound(NotFound):
    """The project has no version of this number."""

    title = "No such version"


class PathInUse(Conflict):
    """Another file has the path."""

    title = "Another file has this path"


class FileChanged(Stale):
    """A file is not, or no longer, what the writer read."""

    title = "The file has changed since you read it"


class TooManyDrafts(Conflict):
    """The project has as many open drafts as it may have."""

    title = "Too many drafts"


class TooManyFiles(Conflict):
    """The project has as many files as it may have."""

    title = "Too many files"


class ProjectFileTooLarge(TooLarge):
    """A file above the limit of its kind."""

    title = "The file is too large"


class ArchiveRefused(Unprocessable):
    """A .zip that is not unpacked; `errors` says what is wrong with which file in it."""

    title = "The archive was not unpacked"


class FilesExist(Conflict):
    """Files of an archive would take the place of others, and nobody said that they may."""

    title = "Some of these files already exist"


class UnknownTemplate(Invalid):
    """There is no template of this name."""

    title = "There is no such template"


class GitRefused(Unprocessable):
    """A Git server refused, or what it gave cannot be taken."""

    title = "The Git repository cannot be used"


class FilesNotShared(Forbidden):
    """A project that shows what it published and keeps its files to its people."""

    title = "Its files are not shared"


class NothingToCopy(Conflict):
    """A project that shares the files of what it published, and published nothing."""

    title = "There is nothing to copy"


class ProjectNotEmpty(Conflict):
    """A project that has files or a pipeline already is not begun again."""

    title = "The project has begun already"
