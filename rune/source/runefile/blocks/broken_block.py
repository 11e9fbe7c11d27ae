"""The error of a block whose file has problems."""

from __future__ import annotations

from rune.blocks.signature import BlockError


class BrokenBlock(BlockError):
    """A block whose file has problems, which are reported there."""
