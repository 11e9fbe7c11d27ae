"""Every proc-block that comes with the toolchain, and finding one by the path that a Runefile gives."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rune.blocks import (
    fft,
    image_normalization,
    label,
    modulo,
    most_confident_indices,
    noise_filtering,
    normalize,
    signed_pixels,
)
from rune.blocks.paths import parse_block_path
from rune.blocks.signature import Block

CATALOGUE: Mapping[str, Block] = MappingProxyType(
    {
        block.name: block
        for block in (
            fft.BLOCK,
            image_normalization.BLOCK,
            label.BLOCK,
            modulo.BLOCK,
            most_confident_indices.BLOCK,
            noise_filtering.BLOCK,
            normalize.BLOCK,
            signed_pixels.BLOCK,
        )
    }
)
"""The blocks by their name, sorted by it."""

_BY_CRATE = {crate.replace("-", "_"): block for block in CATALOGUE.values() for crate in (block.name, *block.aliases)}


def find_block(path: str) -> Block | None:
    """The block that a path such as `fft` or `hotg-ai/proc-blocks@v0.11.3#fft` means; None when there is none.

    `-` and `_` are one in a block's name. A path into the project itself or into a foreign repository finds nothing.
    """
    parts = parse_block_path(path)
    if parts is None or parts.is_local or not parts.is_published:
        return None
    return _BY_CRATE.get(parts.crate.replace("-", "_"))
