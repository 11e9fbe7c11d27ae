"""Errors of publishing under a tag, and of finding one."""

from __future__ import annotations

from collections.abc import Sequence

from forge.core.errors import Conflict, Invalid, NotFound


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


class NothingToOverride(Conflict):
    """A tag that is not protected, or a build that has all that is demanded: it can simply be published."""

    title = "There is nothing to override"


class NoSuchTag(NotFound):
    """Nothing is published under this tag."""

    title = "No such tag"


class TagWithdrawn(NoSuchTag):
    """The version was withdrawn; the error says why."""

    title = "This version was withdrawn"
