"""Every proc-block that comes with the toolchain, found by its folder, and finding one by the path of a Runefile."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

import rune.compiler.blocks
from rune.compiler.blocks.paths import parse_block_path
from rune.compiler.blocks.signature import Block


def _discover() -> Mapping[str, Block]:
    """The `BLOCK` of each folder beside this file but `common`, by its name, sorted by it."""
    folders = {module.name for module in pkgutil.iter_modules(rune.compiler.blocks.__path__) if module.ispkg}
    packages = sorted(folders - {"common"})
    blocks = [importlib.import_module(f"rune.compiler.blocks.{package}").BLOCK for package in packages]
    return MappingProxyType({block.name: block for block in blocks})


class Catalogue:
    """A resolver of published blocks: `-` and `_` are one in a name, and old crate names are known."""

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self._names = tuple(blocks)
        self._by_crate = {
            crate.replace("-", "_"): block for block in blocks.values() for crate in (block.name, *block.aliases)
        }

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    def find(self, path: str) -> Block | None:
        """A path into the project itself or into a foreign repository finds nothing."""
        parts = parse_block_path(path)
        if parts is None or parts.is_local or not parts.is_published:
            return None
        return self._by_crate.get(parts.crate.replace("-", "_"))


CATALOGUE: Mapping[str, Block] = _discover()
"""The blocks by their name, sorted by it."""

PUBLISHED_BLOCKS = Catalogue(CATALOGUE)
"""The resolver of the blocks that come with the toolchain."""

find_block = PUBLISHED_BLOCKS.find
"""The block that a path means, among those that come with the toolchain; None when there is none."""
