"""Errors of mirrors."""

from __future__ import annotations

from forge.core.errors import Invalid, NotFound


class BadMirror(Invalid):
    """An address or a name that no mirror can have."""

    title = "This mirror cannot be used"


class NoSuchMirror(NotFound):
    """The project has no mirror in this direction."""

    title = "No such mirror"


class RemoteFailed(Exception):
    """The other registry did not do what was asked of it. The message says why, for people who manage the project.

    `status` is that of its answer, 0 where there was none.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class RemoteLacks(RemoteFailed):
    """The other registry has no such manifest or blob."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 404)
