"""IF and WHILE, resolved when a model is read: the graphs that they call stand in their place.

A condition that follows from constants decides what is there: one branch, or the body as often as it is run. Counters
and what else follows from constants inside of such a graph is computed with the operators' references. Where the
condition of an IF is known only while the model runs, both branches are computed and each output is selected; so
neither may keep anything for the next run, nor fail. What cannot be resolved is left, and refused by name. Source:
TFLite's kernels `if.cc` and `while.cc`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rune.anvil.computation import Array
from rune.anvil.operation import Contradiction, Op
from rune.anvil.ops import OPERATIONS
from rune.tflite import Model, Operator, Tensor, TensorKind

MOST_OPERATORS = 4096
"""Of a model whose loops are unrolled."""
MOST_CALLS = 1 << 10
"""Of graphs."""
MOST_TENSORS = 1 << 14
"""Of all graphs that are called, each time."""
DEEPEST = 16
"""Graphs that call each other."""
MOST_COMPUTED = 1 << 20
"""Elements and products of all that is computed when a model is read."""

REASONS = {
    "IF": "a condition known only while it runs, and a branch that keeps something, may fail or is not compiled",
    "WHILE": f"a condition known only while it runs, or more than {MOST_OPERATORS:,} operators in all its rounds",
}
"""Why one is left."""


def with_graphs_inlined(model: Model) -> Model:
    """The model without IF and WHILE; itself where it has none, or one of them cannot be resolved."""
    if not any(operator.op in REASONS for operator in model.operators):
        return model
    inlining = _Inlining(model)
    try:
        inlining.add(model.operators)
    except _Unresolved:
        return model
    return inlining.model()


class _Unresolved(Exception):
    """A condition is not known, or a loop too long."""


class _Inlining:
    """The model as it grows. Tensors of called graphs come behind its own."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._tensors = list(model.tensors)
        self._operators: list[Operator] = []
        self._same: dict[int, int] = {}
        """What a graph gave, by the tensor that its caller calls it."""
        self._left = MOST_COMPUTED
        self._calls = 0
        self._depth = 0

    def model(self) -> Model:
        outputs = tuple(map(self._tensor, self._model.outputs))
        return replace(self._model, tensors=tuple(self._tensors), operators=tuple(self._operators), outputs=outputs)

    def add(self, operators: Sequence[Operator], *, is_computed: bool = False) -> None:
        """Operators of this model's tensors; what follows from constants `is_computed` at once."""
        for operator in operators:
            operator = replace(operator, inputs=tuple(map(self._tensor, operator.inputs)))
            if operator.op == "IF":
                self._add_if(operator)
            elif operator.op == "WHILE":
                self._add_while(operator)
            elif not is_computed or not self._computed(operator):
                self._operators.append(operator)
                if len(self._operators) > MOST_OPERATORS:
                    raise _Unresolved

    def _add_if(self, operator: Operator) -> None:
        condition, *inputs = operator.inputs
        then, otherwise = (self._graph(operator, f"{name}_subgraph_index") for name in ("then", "else"))
        known = self._truth(condition)
        if known is not None:
            self._give(operator, self._called(then if known else otherwise, inputs))
            return
        if not all(self._is_harmless(graph) for graph in (then, otherwise)):
            raise _Unresolved
        branches = self._called(then, inputs), self._called(otherwise, inputs)
        if any(len(branch) != len(operator.outputs) for branch in branches):
            raise _Unresolved
        for output, one, other in zip(operator.outputs, *branches, strict=True):
            self._operators.append(Operator("SELECT", 1, (condition, one, other), (output,), {}))

    def _add_while(self, operator: Operator) -> None:
        condition, body = (self._graph(operator, f"{name}_subgraph_index") for name in ("cond", "body"))
        values = list(operator.inputs)
        while self._known(self._called(condition, values)):
            values = self._called(body, values)
        self._give(operator, values)

    def _known(self, answers: Sequence[int]) -> bool:
        known = self._truth(answers[0]) if len(answers) == 1 else None
        if known is None:
            raise _Unresolved
        return known

    def _truth(self, index: int) -> bool | None:
        """Of a condition; None where it is known only while the model runs."""
        tensor = self._tensors[index] if index >= 0 else None
        if tensor is None or tensor.data is None or tensor.is_variable:
            return None
        return tensor.data[0] != 0 if tensor.kind is TensorKind.BOOL and tensor.count == 1 else None

    def _graph(self, operator: Operator, option: str) -> Model:
        number = operator.options.get(option, 0) if isinstance(operator.options, Mapping) else 0
        if not isinstance(number, int) or number < 1:  # the main graph calls itself
            raise _Unresolved
        return self._model.subgraphs[number - 1]

    def _called(self, graph: Model, inputs: Sequence[int]) -> list[int]:
        """The outputs of a graph for these inputs."""
        self._calls, self._depth = self._calls + 1, self._depth + 1
        is_too_much = self._calls > MOST_CALLS or len(self._tensors) + len(graph.tensors) > MOST_TENSORS
        if is_too_much or self._depth > DEEPEST or len(inputs) != len(graph.inputs):
            raise _Unresolved
        places = dict(zip(graph.inputs, inputs, strict=True))
        for index, tensor in enumerate(graph.tensors):
            if index not in places:
                places[index] = len(self._tensors)
                self._tensors.append(tensor)
        moved = [
            replace(
                operator,
                inputs=tuple(places[index] if index >= 0 else -1 for index in operator.inputs),
                outputs=tuple(places[index] for index in operator.outputs),
                intermediates=tuple(places[index] if index >= 0 else -1 for index in operator.intermediates),
            )
            for operator in graph.operators
        ]
        self.add(moved, is_computed=True)
        self._depth -= 1
        return [self._tensor(places[index]) for index in graph.outputs]

    def _give(self, operator: Operator, values: Sequence[int]) -> None:
        if len(operator.outputs) != len(values):
            raise _Unresolved
        self._same.update(zip(operator.outputs, values, strict=True))

    def _tensor(self, index: int) -> int:
        return self._same.get(index, index)

    def _is_harmless(self, graph: Model) -> bool:
        """Whether a graph may be computed though its results are not wanted."""
        return all(
            operator.op in OPERATIONS and not OPERATIONS[operator.op].states and not OPERATIONS[operator.op].may_fail
            for operator in graph.operators
        )

    def _computed(self, operator: Operator) -> bool:
        """Whether an operator's results follow from constants, and are constants now."""
        inputs = [self._tensors[index] for index in operator.inputs if index >= 0]
        operation = OPERATIONS.get(operator.op)
        if operation is None or operation.states or not inputs:
            return False
        if any(tensor.data is None or tensor.is_variable or tensor.is_sparse for tensor in inputs):
            return False
        op = Op.of(self._tensors, operator)
        if op.is_unsigned or op.reads_unsigned or sum(tensor.count for tensor in (*inputs, *op.outputs)) > self._left:
            return False
        try:
            if operation.refusal(op) is not None:
                return False
            computation = operation.computation(op)
        except (Contradiction, IndexError):
            return False
        cost = sum(tensor.count for tensor in (*inputs, *op.outputs)) + computation.multiply_accumulates
        if cost > self._left:
            return False
        self._left -= cost
        operands = [_array(self._tensors[index]) for index in operator.inputs[operation.operands_of(op)]]
        for index, result in zip(operator.outputs, computation.evaluate(*operands), strict=True):
            self._tensors[index] = replace(self._tensors[index], data=memoryview(result.tobytes()))
        return True


_NUMPY = {
    TensorKind.FLOAT32: "<f4",
    TensorKind.INT8: "i1",
    TensorKind.INT16: "<i2",
    TensorKind.INT32: "<i4",
    TensorKind.INT64: "<i8",
    TensorKind.BOOL: "u1",
}


def _array(tensor: Tensor) -> Array:
    assert tensor.data is not None  # noqa: S101 - asked for before
    return np.frombuffer(tensor.data, _NUMPY[tensor.kind]).reshape(tensor.shape)
