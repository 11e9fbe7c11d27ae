"""Imports what a process would import when it first looks an op, a kernel or a block up.

A process that others are forked from does so ahead of them: each of them then starts with all of it.
"""

from __future__ import annotations

from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.blocks.catalogue import CATALOGUE
from rune.compiler.targets.lookup import targets


def preload() -> None:
    """Imports all ops, kernels and blocks."""
    for target in targets():
        for kernels in target.kernels.sets:
            tuple(kernels.kernels.values())
    tuple(OPERATIONS.values())
    tuple(CATALOGUE.values())
