"""Every proc-block that comes with the toolchain, found by its folder, and finding one by the path of a Runefile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules

import rune.blocks
from rune.blocks.paths import parse_block_path
from rune.blocks.signature import Block


class _DiscoveredBlocks(Mapping[str, Block]):
    """The `BLOCK` of each folder beside this file but `common`. A folder has the name of its block, and is imported
    when the block is looked up."""

    def __init__(self) -> None:
        folders = {module.name for module in iter_modules(rune.blocks.__path__) if module.ispkg}
        self._names = dict.fromkeys(sorted(folders - {"common"}))

    def __getitem__(self, name: str) -> Block:
        if name not in self._names:
            raise KeyError(name)
        block: Block = import_module(f"rune.blocks.{name}").BLOCK
        return block

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Catalogue:
    """A resolver of published blocks: `-` and `_` are one in a name, and old crate names are known."""

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self._blocks = blocks

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._blocks)

    def find(self, path: str) -> Block | None:
        """A path into the project itself or into a foreign repository finds nothing."""
        parts = parse_block_path(path)
        if parts is None or parts.is_local or not parts.is_published:
            return None
        crate = parts.crate.replace("-", "_")
        return self._blocks.get(crate) or self._by_alias.get(crate)

    @cached_property
    def _by_alias(self) -> Mapping[str, Block]:
        return {alias.replace("-", "_"): block for block in self._blocks.values() for alias in block.aliases}


CATALOGUE: Mapping[str, Block] = _DiscoveredBlocks()
"""The blocks by their name, sorted by it."""

PUBLISHED_BLOCKS = Catalogue(CATALOGUE)
"""The resolver of the blocks that come with the toolchain."""

find_block = PUBLISHED_BLOCKS.find
"""The block that a path means, among those that come with the toolchain; None when there is none."""
