"""Programs in C around a block."""

from __future__ import annotations

from rune.abi import OutputKind
from rune.capabilities.raw import RAW
from rune.port import Port
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, OutputStage, Stage
from rune.tensor import ElementType
from tests.support.compiler.block_module import Vector

FUSED = ("-O2", "-march=native", "-ffp-contract=fast")


def stages_of(number: int, vector: Vector) -> list[Stage]:
    """The inputs of a vector, its block, and an output for each tensor that the block makes."""
    name = f"block_{number}"
    inputs = [CapabilityStage(f"{name}_in_{i}", RAW, (), kind) for i, kind in enumerate(vector.types)]
    ports = tuple(Port(stage.name, 0) for stage in inputs)
    block = BlockStage(name, vector.block.name, vector.block, vector.arguments, ports, vector.declared_outputs)
    outputs = [
        OutputStage(f"{name}_out_{i}", _kind(output.type.element), (Port(name, i),))
        for i, output in enumerate(vector.declared_outputs)
    ]
    return [*inputs, block, *outputs]


def _kind(element: ElementType) -> OutputKind:
    return OutputKind.SERIAL if element is ElementType.UTF8 else OutputKind.TENSOR
