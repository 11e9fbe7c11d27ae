"""Which proc-blocks a project can use: asked by `check`, which knows no catalogue by itself."""

from __future__ import annotations

from typing import Protocol

from rune.blocks.signature import Block


class BlockResolver(Protocol):
    """Finds blocks by the paths that Runefiles give."""

    @property
    def names(self) -> tuple[str, ...]:
        """The blocks that can be named, for messages; sorted."""

    def find(self, path: str) -> Block | None:
        """The block that a path such as `fft`, `hotg-ai/proc-blocks@v0.11.3#fft` or `./own` means; None for none."""
