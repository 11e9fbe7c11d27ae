"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND, byte by byte."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.reshaping.space_to_batch_nd import BatchToSpace, SpaceToBatch
from rune.compiler.anvil.program import Number


def space_to_batch(op: SpaceToBatch) -> KernelCall:
    # Only bytes have paddings other than 0, so one byte says it for every type.
    return KernelCall(
        "rune_space_to_batch",
        (
            InputPointer(0, "uint8_t"),
            OutputPointer(0, "uint8_t"),
            KernelStructure("struct rune_blocks", op.blocks.fields),
            Number(op.depth * op.element.itemsize),
            Number(op.padding & 0xFF),
        ),
    )


def batch_to_space(op: BatchToSpace) -> KernelCall:
    return KernelCall(
        "rune_batch_to_space",
        (
            InputPointer(0, "uint8_t"),
            OutputPointer(0, "uint8_t"),
            KernelStructure("struct rune_blocks", op.blocks.fields),
            Number(op.depth * op.element.itemsize),
        ),
    )


PACKERS = {BatchToSpace: batch_to_space, SpaceToBatch: space_to_batch}
