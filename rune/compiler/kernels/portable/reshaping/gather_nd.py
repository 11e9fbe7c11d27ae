"""GATHER_ND."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.reshaping.gather_nd import GatherNd
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import int32s


def gather_nd(op: GatherNd) -> KernelCall:
    return KernelCall(
        f"rune_gather_nd_{op.index.name}",
        (
            InputPointer(0, "uint8_t"),
            InputPointer(1, f"{op.index.name}_t"),
            OutputPointer(0, "uint8_t"),
            int32s(np.array(op.lengths)),
            Number(len(op.lengths)),
            Number(op.width),
            Number(op.count),
        ),
    )


PACKERS = {GatherNd: gather_nd}
