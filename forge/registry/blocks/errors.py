"""Errors of publishing a block, and of finding one."""

from __future__ import annotations

from forge.core.errors import Conflict, Invalid, NotFound


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
