"""Shared parts of the two support vector machines: arguments, inputs, and the memory of support_vectors.h."""

from __future__ import annotations

from rune.blocks.common.learning import predictions
from rune.blocks.signature import Argument, ArgumentKind, Arguments, BlockCode, BlockError, BlockOutput, real
from rune.tensor import TensorType

_MOST_FEATURES = 1000
_FOR_A_CONSTRAINT, _FOR_AN_UNKNOWN = 14, 5
"""How many numbers the C keeps for each."""


def penalty(default: float) -> Argument:
    """The argument that says how much it costs when a row is missed."""
    return Argument(
        "c",
        ArgumentKind.FLOAT,
        "How much it costs to miss a row, against the length of the weights: more fits the rows more closely.",
        default=default,
        minimum=1e-6,
        maximum=1e6,
    )


TOLERANCE = Argument(
    "tolerance",
    ArgumentKind.FLOAT,
    "How far the weights may be from the best, as a share of their length.",
    default=0.001,
    minimum=1e-6,
    maximum=0.1,
)


def outputs(block: str, inputs: tuple[TensorType, ...]) -> tuple[BlockOutput, ...]:
    """A number for each row to predict. Raises `BlockError`."""
    outputs_ = predictions(block, inputs)
    if inputs[0].dimensions[1] > _MOST_FEATURES:
        raise BlockError(f"{block} takes up to {_MOST_FEATURES} features a row, and not {inputs[0]}", input_index=0)
    return outputs_


def call(
    function: str,
    inputs: tuple[TensorType, ...],
    constraints_of_a_row: int,
    arguments: Arguments,
    names: tuple[str, ...],
) -> BlockCode:
    """The call with the arguments of these names behind the sizes."""
    rows, features = inputs[0].dimensions
    unknowns = features + 1
    for_constraints = _FOR_A_CONSTRAINT * constraints_of_a_row * rows
    for_unknowns = _FOR_AN_UNKNOWN * unknowns + unknowns * unknowns
    return BlockCode(
        function,
        numbers=(rows, features, inputs[2].dimensions[0], *(real(arguments, name) for name in names)),
        scratch_size=8 * (for_constraints + for_unknowns + rows * features),
    )
