"""Errors of a linked branch, each with a remedy."""

from __future__ import annotations

from forge.core.errors import Conflict, NotFound


class NotLinked(NotFound):
    """The project follows no branch."""

    title = "No linked branch"


class RepositoryLinkEnded(Conflict):
    """The right with which the branch was pulled has ended."""

    title = "The link ended"


class NothingToPull(Conflict):
    """A pull is retried of a branch that the project no longer follows."""

    title = "The branch is not linked any more"


class PullRunning(Conflict):
    """Another pull of the repository is not finished."""

    title = "A pull is not finished"
