"""Gives the steps of an unrolled recurrent layer the same ranges.

All steps have the same operators. If each step had ranges of its own, it would have scales of its own, and a rune would
hold code and weights for every step.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from lab.quantize.ranges import Ranges
from rune.model.tflite import Model, Operator

LEAST_STEPS = 3
"""Weights that fewer operators use are not those of a recurrent layer."""
_Structure = tuple[str, tuple[tuple[int, ...], ...], tuple[tuple[int, int], ...]]
"""An operator, the shapes of its outputs, and its inputs: the number of a structure and the place among its outputs, a
constant and -1, or `_BEFORE`."""
_BEFORE = (-1, -1)
"""An input from outside of the step."""
_MULTIPLIES = frozenset({"FULLY_CONNECTED", "BATCH_MATMUL"})


def shared_by_steps(ranges: Ranges, model: Model) -> None:
    """Widens the ranges of tensors at the same place in each step to the range of all of them, and those of what a gate
    leaves, such as of a GRU, to 0 to 1. Changes `ranges`."""
    for name in _complements_of_gates(model):
        if name in ranges:
            own = ranges[name]
            own["min"], own["max"] = np.zeros_like(own["min"]), np.ones_like(own["max"])
    for places in _uses_of_weights(model):
        _share(ranges, [model.tensors[model.operators[place].outputs[0]].name for place in places])
        for tensors in zip(*_steps(model, places), strict=True):
            _share(ranges, tensors)


def _complements_of_gates(model: Model) -> Iterator[str]:
    """Yields the names of tensors that are 1 less the result of a LOGISTIC. That has a scale from 0 to 1 in any case;
    without one of their own, those of the first step, which has no state before it, differ from the others."""
    gates = {operator.outputs[0] for operator in model.operators if operator.op == "LOGISTIC"}
    for operator in model.operators:
        if operator.op == "SUB" and operator.inputs[1] in gates and _is_one(model, operator.inputs[0]):
            yield model.tensors[operator.outputs[0]].name


def _is_one(model: Model, place: int) -> bool:
    data = model.tensors[place].data
    return data is not None and bytes(data) == np.float32(1).tobytes()


def _share(ranges: Ranges, names: Iterable[str]) -> None:
    own = [ranges[name] for name in dict.fromkeys(names) if name in ranges]
    if len({each["min"].shape for each in own}) != 1:
        return
    least = np.minimum.reduce([each["min"] for each in own])
    greatest = np.maximum.reduce([each["max"] for each in own])
    for each in own:
        each["min"], each["max"] = least.copy(), greatest.copy()


def _uses_of_weights(model: Model) -> Iterator[list[int]]:
    """Yields, for each constant that several operators multiply by, the numbers of these operators."""
    uses: dict[int, list[int]] = defaultdict(list)
    for place, operator in enumerate(model.operators):
        if operator.op in _MULTIPLIES and len(operator.inputs) > 1:
            weights = operator.inputs[1]
            if weights >= 0 and model.tensors[weights].data is not None:
                uses[weights].append(place)
    return (places for places in uses.values() if len(places) >= LEAST_STEPS)


def _steps(model: Model, places: Sequence[int]) -> list[list[str]]:
    """Returns the names of each step's tensors, in one order for all steps; nothing if the uses are no steps.

    A step begins with a use of the state's weights. It has the operators that depend on this use and not on the next.
    After the last use come also the operators of the next layer, so each step is cut to the most common length.
    """
    follows = _follows(model, places)
    operators: list[list[Operator]] = [[] for _ in places]
    for operator, uses in zip(model.operators, follows, strict=True):
        if uses:
            operators[uses.bit_length() - 1].append(operator)
    if any(not follows[later] >> step & 1 for step, later in enumerate(places[1:])):
        return []  # uses beside each other, such as those of the inputs' weights
    length = Counter(map(len, operators[:-1])).most_common(1)[0][0]
    numbers: dict[_Structure, int] = {}
    steps = [_by_structure(model, step[:length], numbers) for step in operators]
    usual = Counter(tuple(number for number, _ in step) for step in steps).most_common(1)[0][0]
    return [
        [model.tensors[place].name for _, operator in step for place in operator.outputs]
        for step in steps
        if tuple(number for number, _ in step) == usual
    ]


def _by_structure(
    model: Model, step: Sequence[Operator], numbers: dict[_Structure, int]
) -> Sequence[tuple[int, Operator]]:
    """Returns the operators of a step with the numbers of their structures, by these: a converter may write the
    operators of two steps in another order. `numbers` has those of the structures so far, and gets further ones."""
    of_tensors: dict[int, tuple[int, int]] = {}
    numbered_operators = []
    for operator in step:
        shapes = tuple(model.tensors[place].shape for place in operator.outputs)
        sources = tuple(
            of_tensors.get(place, (place, -1) if place >= 0 and model.tensors[place].data is not None else _BEFORE)
            for place in operator.inputs
        )
        number = numbers.setdefault((operator.op, shapes, sources), len(numbers))
        of_tensors.update({tensor: (number, place) for place, tensor in enumerate(operator.outputs)})
        numbered_operators.append((number, operator))
    return sorted(numbered_operators, key=lambda each: each[0])


def _follows(model: Model, places: Sequence[int]) -> list[int]:
    """Returns for each operator, as bits, the uses that it depends on. A use depends on itself."""
    own = {place: 1 << step for step, place in enumerate(places)}
    of_tensors: dict[int, int] = {}
    uses = []
    for place, operator in enumerate(model.operators):
        bits = own.get(place, 0)
        for source in operator.inputs:
            bits |= of_tensors.get(source, 0)
        of_tensors.update(dict.fromkeys(operator.outputs, bits))
        uses.append(bits)
    return uses
