"""GATHER and EMBEDDING_LOOKUP by indices that come while it runs."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.reshaping.gather import Gather
from rune.compiler.anvil.program import Number


def gather(op: Gather) -> KernelCall:
    sizes = (op.rows, op.length, op.width, op.count)
    return KernelCall(
        f"rune_{op.name}_{op.index.name}",
        (
            InputPointer(0, "uint8_t"),
            InputPointer(1, f"{op.index.name}_t"),
            OutputPointer(0, "uint8_t"),
            *map(Number, sizes),
        ),
    )


PACKERS = {Gather: gather}
