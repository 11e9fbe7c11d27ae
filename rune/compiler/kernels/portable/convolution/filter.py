"""The geometry of a window as `struct rune_filter` (filter.h)."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import KernelStructure
from rune.compiler.anvil.ops.convolution.window import Window


def filter_structure(window: Window) -> KernelStructure:
    return KernelStructure("struct rune_filter", window.fields)
