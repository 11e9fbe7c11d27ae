"""The valid range of a block's argument, for the stage's actual inputs and other arguments.

A block declares limits for any input. What its own `outputs` accepts here is often less: an input of 10 scores has no
11th place. Nothing is declared twice: the block itself is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from rune.blocks.signature import Argument, ArgumentKind, ArgumentValue, Block, BlockError
from rune.editing.language.facts.analysis import Analysis
from rune.source.runefile.syntax import StageSyntax
from rune.tensor import TensorType

_HALVINGS = 64
"""Halvings after which the end of a range of floats is as exact as a float."""
_FIGURES = 1000
"""A float's limit is rounded inwards to a part of its range, so that a slider ends at a number that one would write."""

_IsRight = Callable[[float], bool]


def inputs_of(analysis: Analysis, stage: StageSyntax) -> tuple[TensorType, ...] | None:
    """The types of all that comes into a stage; None where one of them is not known."""
    types = []
    for each in stage.inputs:
        stage_types = analysis.checked_runefile.types.get(each.stage, ())
        type_ = stage_types[each.index] if each.index < len(stage_types) else None
        if type_ is None:
            return None
        types.append(type_)
    return tuple(types)


def range_here(
    block: Block, argument: Argument, inputs: tuple[TensorType, ...], values: Mapping[str, ArgumentValue]
) -> tuple[float | None, float | None]:
    """The least and the greatest value, both inclusive, that the block takes for these inputs, as the declared limits.

    `values` are the stage's arguments, complete. The right values are taken to be one range around the stage's own or,
    where that is wrong, around the default or a limit; where none of them is right the declared limits stay. Without
    declared limits there is nothing to narrow.
    """
    low, high = argument.minimum, argument.maximum
    if low is None or high is None:
        return low, high
    is_whole = argument.kind is ArgumentKind.INTEGER

    def is_right(value: float) -> bool:
        try:
            block.outputs_for(inputs, {**values, argument.name: int(value) if is_whole else value})
        except BlockError:
            return False
        return True

    starts = (values.get(argument.name), argument.default, low, high)
    good = next(
        (each for each in starts if isinstance(each, int | float) and low <= each <= high and is_right(each)), None
    )
    if good is None:
        return low, high
    if is_whole:
        return _last_whole(is_right, int(good), int(low)), _last_whole(is_right, int(good), int(high))
    grain = (high - low) / _FIGURES
    return _last_real(is_right, good, low, grain), _last_real(is_right, good, high, grain)


def _last_whole(is_right: _IsRight, good: int, end: int) -> int:
    """The last valid number between a valid one and `end`."""
    if is_right(end):
        return end
    while abs(end - good) > 1:
        middle = (good + end) // 2
        good, end = (middle, end) if is_right(middle) else (good, middle)
    return good


def _last_real(is_right: _IsRight, good: float, end: float, grain: float) -> float:
    """The same for any number, to the last multiple of `grain` before the end where that is right."""
    if is_right(end):
        return end
    for _ in range(_HALVINGS):
        middle = good + (end - good) / 2
        good, end = (middle, end) if is_right(middle) else (good, middle)
    towards = math.floor if end > good else math.ceil
    rounded = round(towards(good / grain) * grain, 12)
    return rounded if is_right(rounded) else good
