"""Operators that only move elements: how far apart they lie, and how many lie together."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.reshaping.rearrangement import RANK, Places, Rearrangement
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import C_TYPES, int32s


def rearrange(op: Rearrangement) -> KernelCall:
    offsets, run = _with_run(op.offsets)
    offsets = (np.zeros(1, np.int32),) * (RANK - len(offsets)) + offsets
    element = C_TYPES[op.element.name]
    padding = float(op.padding) if op.element.name == "float32" else int(op.padding)
    return KernelCall(
        f"rune_rearrange_{op.element.name}",
        (
            InputPointer(0, element),
            OutputPointer(0, element),
            int32s(np.concatenate(offsets)),
            KernelStructure("struct rune_rearrangement", (("sizes", tuple(map(len, offsets))), ("run", run))),
            Number(padding),
        ),
    )


def _with_run(offsets: tuple[Places, ...]) -> tuple[tuple[Places, ...], int]:
    """The dimensions before the last elements that lie together, and how many these are."""
    run = 1
    while offsets and np.array_equal(offsets[-1], offsets[-1][0] + run * np.arange(len(offsets[-1]))):
        start = int(offsets[-1][0])
        if start < 0:
            break
        run *= len(offsets[-1])
        offsets = offsets[:-1]
        if start:
            return (*offsets, np.array([start], np.int32)), run
    return offsets, run


PACKERS = {Rearrangement: rearrange}
