"""Says which proc-blocks a project can use, for `check` and the language service, which know no catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rune.blocks.signature import Block


class BlockResolver(Protocol):
    """Finds blocks by the paths that Runefiles give."""

    @property
    def names(self) -> tuple[str, ...]:
        """The blocks that can be named, for messages; sorted."""

    def find(self, path: str) -> Block | None:
        """The block that a path such as `fft`, `hotg-ai/proc-blocks@v0.11.3#fft` or `./own` means; None for none."""


def named_blocks(blocks: BlockResolver) -> Mapping[str, Block]:
    """All that can be named, by the name that a Runefile gives, in the order of the names."""
    return {name: block for name in blocks.names if (block := blocks.find(name)) is not None}
