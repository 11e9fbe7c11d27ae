"""What can go wrong with a linked branch, each with what to do."""

from __future__ import annotations

from forge.core.errors import Conflict, NotFound


class NotLinked(NotFound):
    """The project follows no branch."""


class LinkEnded(Conflict):
    """The right with which the branch was pulled has ended."""

    code = "link_ended"


class TokenGone(Conflict):
    """A pull is retried whose token is no longer there."""

    code = "token_gone"
