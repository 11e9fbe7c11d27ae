"""EMBEDDING_LOOKUP of a table of int8 that gives floats."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.reshaping.embedding_lookup import EmbeddingLookupHybrid
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import float32s


def hybrid(op: EmbeddingLookupHybrid) -> KernelCall:
    return KernelCall(
        "rune_embedding_lookup_hybrid",
        (
            InputPointer(0, "int8_t"),
            InputPointer(1, "int32_t"),
            OutputPointer(0, "float"),
            float32s(op.scales),
            Number(int(len(op.scales) > 1)),
            Number(op.length),
            Number(op.width),
            Number(op.count),
        ),
    )


PACKERS = {EmbeddingLookupHybrid: hybrid}
