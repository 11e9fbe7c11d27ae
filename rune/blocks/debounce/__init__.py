"""The block `debounce`: a value counts once it stayed. It is written in debounce.py."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.values_over_runs import runs, values_and_counts, whole_value, whole_values
from rune.blocks.in_python import python_code
from rune.blocks.meaning import SAME
from rune.blocks.signature import Arguments, Block, BlockCode, BlockOutput, BlockState, Category, integer
from rune.tensor import TensorType

_GAP = "a gap changes nothing; after a restart `initial` comes out until a value stayed"
_SOURCE = Path(__file__).parent / "debounce.py"


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    return whole_values("debounce", inputs, arguments, "initial")


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs, (integer(arguments, "runs"), integer(arguments, "initial")))


def _state(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockState, ...]:
    return values_and_counts(
        inputs[0],
        (
            "The values that count, and those that may follow them",
            _GAP,
        ),
        ("counts", "For how many runs a new value has stayed", "after a restart they begin anew"),
    )


BLOCK = Block(
    name="debounce",
    summary="Takes over a value only when it has stayed for some runs.",
    header=None,
    source=_SOURCE,
    arguments=(
        runs("How many runs in a row a value must come before it counts.", 3, 1),
        whole_value("initial", "What comes out before any value counted."),
    ),
    outputs=_outputs,
    code=_code,
    state=_state,
    effects=(SAME,),
    category=Category.TIME,
)
