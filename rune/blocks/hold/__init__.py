"""The block `hold`: a value stays for some runs. It is written in hold.py."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.values_over_runs import runs, values_and_counts, whole_value, whole_values
from rune.blocks.in_python import python_code
from rune.blocks.meaning import SAME
from rune.blocks.signature import Arguments, Block, BlockCode, BlockOutput, BlockState, Category, integer
from rune.tensor import TensorType

_SOURCE = Path(__file__).parent / "hold.py"


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    return whole_values("hold", inputs, arguments, "rest")


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs, (integer(arguments, "runs"), integer(arguments, "rest")))


def _state(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockState, ...]:
    return values_and_counts(
        inputs[0],
        ("The values that are held", "what was held before the gap is held after it; after a restart nothing is"),
        ("left", "For how many more runs they are held", "after a restart it is none"),
    )


BLOCK = Block(
    name="hold",
    summary="Keeps a value for some runs after it is no longer present.",
    header=None,
    source=_SOURCE,
    arguments=(
        runs("For how many runs a value is kept after it is no longer present.", 4, 0),
        whole_value("rest", "The value that says that there is nothing; it is never held."),
    ),
    outputs=_outputs,
    code=_code,
    state=_state,
    effects=(SAME,),
    category=Category.TIME,
)
