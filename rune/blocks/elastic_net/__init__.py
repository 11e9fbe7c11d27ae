"""The block `elastic_net`: a linear relation with small weights, as it was published. The C is in elastic_net.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.learning import learned_and_asked
from rune.blocks.signature import Arguments, Block, BlockCode, BlockOutput, Category
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    _, asked = learned_and_asked("elastic_net", inputs)
    return (BlockOutput(TensorType(ElementType.F64, (asked.dimensions[0],))),)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    rows, features = inputs[0].dimensions
    # The features in columns, four numbers for each, and what is left of the targets.
    scratch = 8 * (rows * features + 4 * features + rows)
    return BlockCode("rune_elastic_net", numbers=(rows, features, inputs[2].dimensions[0]), scratch_size=scratch)


BLOCK = Block(
    name="elastic_net",
    summary="Learns a linear relation with small weights as it was published; `penalized_regression` does it right.",
    header=Path(__file__).parent / "elastic_net.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    aliases=("elastic-net",),
    category=Category.OTHER,
)
