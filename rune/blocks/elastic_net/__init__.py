"""The block `elastic_net`: a linear relation with small weights, as it was published. The C is in elastic_net.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.learning import coordinate_descent_memory, predictions
from rune.blocks.signature import Arguments, Block, BlockCode, BlockOutput, Category
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    return predictions("elastic_net", inputs)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    rows, features = inputs[0].dimensions
    scratch = coordinate_descent_memory(rows, features)
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
