"""The block `gaussian_mixture`: how unlikely features are for what was learned. The C is in gaussian_mixture.h."""

from __future__ import annotations

import math
import struct
from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.refusals import FLOATS, numbers_of, only_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
)
from rune.tensor import ElementType, TensorType

_MOST = 1 << 16
_LEAST_DEVIATION = 1e-15


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("gaussian_mixture", inputs, FLOATS, "features")
    _mixture(type_, arguments)
    return (BlockOutput(TensorType(ElementType.F32, (1,))), BlockOutput(TensorType(ElementType.U32, (1,))))


def _mixture(type_: TensorType, arguments: Arguments) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """The means, the deviations, and the logarithm of each component's share, with its Gaussian's height."""
    means, deviations, weights = (numbers_of(arguments, name) for name in ("means", "deviations", "weights"))
    if not means or len(means) % type_.count or len(means) > _MOST:
        raise BlockError(
            f"each mean has {type_.count} numbers, as {type_} has, and {len(means)} numbers do not make such means",
            argument="means",
        )
    components = len(means) // type_.count
    if len(deviations) != len(means):
        message = f"write {len(means)} deviations, one for each number of the means, and not {len(deviations)}"
        raise BlockError(message, argument="deviations")
    if any(each < _LEAST_DEVIATION for each in deviations):
        raise BlockError(f"every deviation must be {_LEAST_DEVIATION:g} or more", argument="deviations")
    weights = weights or (1.0,) * components
    if len(weights) != components or any(each <= 0 for each in weights):
        message = f"write one weight above 0 for each of the {components} components, or none"
        raise BlockError(message, argument="weights")
    total = math.log(math.fsum(weights))  # a quotient of weights may be too small for a number
    heights = tuple(
        math.log(weight)
        - total
        - type_.count / 2 * math.log(2 * math.pi)
        - math.fsum(map(math.log, deviations[number * type_.count : (number + 1) * type_.count]))
        for number, weight in enumerate(weights)
    )
    return means, deviations, heights


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    means, deviations, heights = _mixture(inputs[0], arguments)
    inverse = tuple(round_f32(1 / each) for each in deviations)
    count = len(means)
    return BlockCode(
        "rune_gaussian_mixture",
        constants=(
            struct.pack(f"<{count}f", *means),
            struct.pack(f"<{count}f", *inverse),
            struct.pack(f"<{len(heights)}d", *heights),
        ),
        numbers=(inputs[0].count, len(heights)),
        scratch_size=8 * len(heights),
    )


BLOCK = Block(
    name="gaussian_mixture",
    summary="Says how unlikely features are for a mixture of Gaussians that was learned: a score of anomaly.",
    header=Path(__file__).parent / "gaussian_mixture.h",
    arguments=(
        Argument(
            "means",
            ArgumentKind.TEXT,
            "The numbers of the first component's mean, then of the second's; in a `$RESOURCE` where they are many.",
        ),
        Argument(
            "deviations",
            ArgumentKind.TEXT,
            "The standard deviation of each of these numbers, in the same order.",
        ),
        Argument(
            "weights",
            ArgumentKind.TEXT,
            "The share of each component: numbers above 0, divided by their sum; left out, all are equal.",
            default="",
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
