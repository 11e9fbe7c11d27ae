"""GATHER and EMBEDDING_LOOKUP by indices that come while it runs."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import Input, KernelCall, Output
from rune.compiler.anvil.ops.gather import Gather
from rune.compiler.anvil.program import Number


def gather(op: Gather) -> KernelCall:
    sizes = (op.rows, op.length, op.width, op.count)
    return KernelCall(
        f"rune_{op.name}_{op.index.name}",
        (Input(0, "uint8_t"), Input(1, f"{op.index.name}_t"), Output(0, "uint8_t"), *map(Number, sizes)),
    )


PACKERS = {Gather: gather}
