"""Resolves IF and WHILE when a model is read, by inlining the graphs that they call.

If a condition follows from constants, only one branch, or the body of each iteration, is inlined. Counters and other
values that follow from constants are computed with the operators' references. If the condition of an IF is known only
at run time, both branches are computed and each output is selected. If that of a WHILE is, but the maximum number of
iterations is known, all of them are computed, and each output is selected from the iteration in which the condition
became false. Operators that are computed speculatively must not keep state or fail. An unresolved operator stays, and
is refused by name. Source: TFLite's kernels `if.cc` and `while.cc`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rune.compiler.anvil.computation import Array
from rune.compiler.anvil.models.byte_budget import ByteBudget
from rune.compiler.anvil.models.known_sizes import sliced_shape, without_empty_parts
from rune.compiler.anvil.operation import Contradiction, ModelOp
from rune.compiler.anvil.ops import OPERATIONS
from rune.model.tflite import Model, Operator, Tensor, TensorKind

MOST_OPERATORS = 4096
"""The maximum number of operators of a model whose loops are unrolled."""
MOST_CALLS = 1 << 10
"""The maximum number of inlined graphs."""
MOST_ROUNDS = MOST_CALLS // 2
"""The maximum number of iterations of all loops; each calls two graphs."""
MOST_TENSORS = 1 << 14
"""The maximum number of operators of all inlined graphs."""
DEEPEST = 16
"""The maximum depth of nested calls."""
MOST_COMPUTED = 1 << 20
"""The maximum number of elements and products that are computed while a model is read."""

REASONS = {
    "IF": "a condition known only while it runs, and a branch that keeps something, may fail or is not compiled",
    "WHILE": "no bound of its rounds that follows from constants, a last round known only while it runs and a body "
    f"that keeps something, may fail or is not compiled, or more than {MOST_ROUNDS:,} rounds, or {MOST_OPERATORS:,} "
    "operators in all of them",
}
"""The reasons why an operator is not resolved."""


def with_graphs_inlined(model: Model, budget: ByteBudget) -> Model:
    """Returns the model without IF and WHILE; the same model if it has none, or if one cannot be resolved."""
    if not any(operator.op in REASONS for operator in model.operators):
        return model
    inlining = _Inlining(model, budget)
    try:
        inlining.add(model.operators)
    except _Unresolved:
        return model
    return inlining.model()


class _Unresolved(Exception):
    """An operator cannot be resolved: its condition is unknown, or its loop too long."""


class _Inlining:
    """The model under construction. Tensors of inlined graphs are appended to its own."""

    def __init__(self, model: Model, budget: ByteBudget) -> None:
        self._model = model
        self._budget = budget
        self._tensors = list(model.tensors)
        self._operators: list[Operator] = []
        self._same: dict[int, int] = {}
        """The outputs of inlined graphs, by the caller's tensor."""
        self._left = MOST_COMPUTED
        self._calls = 0
        self._depth = 0

    def model(self) -> Model:
        outputs = tuple(map(self._tensor, self._model.outputs))
        return replace(self._model, tensors=tuple(self._tensors), operators=tuple(self._operators), outputs=outputs)

    def add(self, operators: Sequence[Operator], *, is_computed: bool = False) -> None:
        """Adds operators. Those that follow from constants are computed at once (`is_computed`)."""
        for operator in operators:
            inputs = tuple(map(self._tensor, operator.inputs))
            operator = operator if inputs == operator.inputs else replace(operator, inputs=inputs)
            if operator.op == "IF":
                self._add_if(operator)
            elif operator.op == "WHILE":
                self._add_while(operator)
            elif not is_computed:
                self._append(operator)
            elif not self._is_empty(operator):
                operator = without_empty_parts(operator, self._tensors)
                if not (self._absorb(operator) or self._compute(operator)):
                    self._append(operator)

    def _add_if(self, operator: Operator) -> None:
        condition, *inputs = self._inputs(operator)
        then, otherwise = (self._graph(operator, f"{name}_subgraph_index") for name in ("then", "else"))
        truth = self._truth(condition)
        if truth is not None:
            self._give(operator, self._inline_call(then if truth else otherwise, inputs))
            return
        first = len(self._operators)
        one, other = self._inline_call(then, inputs), self._inline_call(otherwise, inputs)
        self._require_harmless(first)
        self._give(operator, self._select(condition, one, other))

    def _add_while(self, operator: Operator) -> None:
        """Inlines the body until the condition is known to be false, whatever it is at run time. So counters stay
        known; the result is the value in the iteration in which the condition became false."""
        condition, body = (self._graph(operator, f"{name}_subgraph_index") for name in ("cond", "body"))
        results = values = list(self._inputs(operator))
        first, running = len(self._operators), None
        while True:
            answers = self._inline_call(condition, values)
            if len(answers) != 1:
                raise _Unresolved
            truth = self._truth(answers[0])
            if truth is False:
                break
            if truth is None:
                running = answers[0] if running is None else self._both(running, answers[0])
            values = self._inline_call(body, values)
            results = values if running is None else self._select(running, values, results)
        if running is not None:
            self._require_harmless(first)
        self._give(operator, results)

    def _inputs(self, operator: Operator) -> tuple[int, ...]:
        if not operator.inputs or min(operator.inputs) < 0:
            raise _Unresolved
        return operator.inputs

    def _truth(self, index: int) -> bool | None:
        """Returns the value of a condition; None if it is known only at run time."""
        tensor = self._tensors[index]
        if tensor.kind is not TensorKind.BOOL or tensor.count != 1 or tensor.is_sparse:
            raise _Unresolved
        return None if tensor.data is None or tensor.is_variable else tensor.data[0] != 0

    def _both(self, one: int, other: int) -> int:
        """Returns a tensor that is true if both conditions are."""
        self._require_alike(one, other)
        conjunction = self._new(replace(self._tensors[one], name="both", data=None))
        self._append(Operator("LOGICAL_AND", 1, (one, other), (conjunction,), {}))
        return conjunction

    def _select(self, truth: int, one: Sequence[int], other: Sequence[int]) -> list[int]:
        """Selects the first values if the condition is true, else the second."""
        if len(one) != len(other):
            raise _Unresolved
        return [
            left if left == right else self._choice(truth, left, right) for left, right in zip(one, other, strict=True)
        ]

    def _choice(self, truth: int, one: int, other: int) -> int:
        self._require_alike(one, other)
        selection = self._new(replace(self._tensors[one], data=None))
        self._append(Operator("SELECT", 1, (truth, one, other), (selection,), {}))
        return selection

    def _graph(self, operator: Operator, option: str) -> Model:
        number = operator.options.get(option, 0) if isinstance(operator.options, Mapping) else 0
        if not isinstance(number, int) or not 1 <= number <= len(self._model.subgraphs):  # the main graph calls itself
            raise _Unresolved
        return self._model.subgraphs[number - 1]

    def _inline_call(self, graph: Model, inputs: Sequence[int]) -> list[int]:
        """Inlines a graph with these inputs, and returns its outputs."""
        self._calls, self._depth = self._calls + 1, self._depth + 1
        if self._calls > MOST_CALLS or self._depth > DEEPEST or len(inputs) != len(graph.inputs):
            raise _Unresolved
        places = dict(zip(graph.inputs, inputs, strict=True))
        for index, tensor in enumerate(graph.tensors):
            if index in places:
                self._require_like(places[index], tensor)
            else:
                places[index] = self._new(tensor)
        operators = [
            Operator(
                operator.op,
                operator.version,
                tuple(places[index] if index >= 0 else -1 for index in operator.inputs),
                tuple(places[index] for index in operator.outputs),
                operator.options,
                tuple(places[index] if index >= 0 else -1 for index in operator.intermediates),
            )
            for operator in graph.operators
        ]
        self.add(operators, is_computed=True)
        self._depth -= 1
        return [self._tensor(places[index]) for index in graph.outputs]

    def _give(self, operator: Operator, values: Sequence[int]) -> None:
        if len(operator.outputs) != len(values):
            raise _Unresolved
        for output, value in zip(operator.outputs, values, strict=True):
            self._require_alike(output, value)
            self._same[output] = value

    def _new(self, tensor: Tensor) -> int:
        if len(self._tensors) >= MOST_TENSORS:
            raise _Unresolved
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def _append(self, operator: Operator) -> None:
        self._operators.append(operator)
        if len(self._operators) > MOST_OPERATORS:
            raise _Unresolved

    def _require_alike(self, one: int, other: int) -> None:
        self._require_like(one, self._tensors[other])

    def _require_like(self, index: int, expected: Tensor) -> None:
        """Requires that two tensors have the same type, shape and quantization: values are copied between graphs byte
        by byte."""
        actual = self._tensors[index]
        if (actual.kind, actual.shape, actual.quantization) != (expected.kind, expected.shape, expected.quantization):
            raise _Unresolved

    def _tensor(self, index: int) -> int:
        return self._same.get(index, index)

    def _require_harmless(self, first: int) -> None:
        """Requires that operators from `first` on can be computed speculatively."""
        for operator in self._operators[first:]:
            operation = OPERATIONS.get(operator.op)
            if operation is None or operation.states or operation.may_fail(ModelOp.of(self._tensors, operator)):
                raise _Unresolved

    def _is_empty(self, operator: Operator) -> bool:
        """Returns whether an operator's output is empty. A SLICE of known sizes gets its shape."""
        shape = sliced_shape(operator, self._tensors)
        if shape is None or len(operator.outputs) != 1:
            return False
        self._tensors[operator.outputs[0]] = replace(self._tensors[operator.outputs[0]], shape=shape)
        return 0 in shape

    def _absorb(self, operator: Operator) -> bool:
        """Returns the value of LOGICAL_AND or LOGICAL_OR if one input determines it: false for AND, true for OR."""
        if operator.op not in _ABSORBING or len(operator.outputs) != 1 or min(operator.inputs, default=-1) < 0:
            return False
        decisive = _ABSORBING[operator.op]
        inputs = (self._tensors[index] for index in operator.inputs)
        if not any(_is_constant(each) and all(byte == decisive for byte in each.data or b"") for each in inputs):
            return False
        output = self._tensors[operator.outputs[0]]
        shape = _broadcast(self._tensors[index].shape for index in operator.inputs)
        if output.kind is not TensorKind.BOOL or output.shape != shape or not self._budget.takes(output.count):
            return False
        self._tensors[operator.outputs[0]] = replace(output, data=memoryview(bytes([decisive]) * output.count))
        return True

    def _compute(self, operator: Operator) -> bool:
        """Computes an operator whose results follow from constants. Returns whether it did."""
        inputs = [self._tensors[index] for index in operator.inputs if index >= 0]
        operation = OPERATIONS.get(operator.op)
        if operation is None or operation.states or not inputs:
            return False
        if not all(_is_constant(tensor) and tensor.kind in _NUMPY for tensor in inputs):
            return False
        op = ModelOp.of(self._tensors, operator)
        elements = sum(tensor.count for tensor in (*inputs, *op.outputs))
        if op.is_unsigned or op.reads_unsigned or elements > self._left:
            return False
        try:
            if operation.refusal(op) is not None:
                return False
            computation = operation.computation(op)
        except (Contradiction, IndexError):
            return False
        cost = elements + computation.multiply_accumulates
        if cost > self._left:
            return False
        self._left -= cost
        operands = operator.inputs[operation.operands_of(op)]
        if min(operands, default=-1) < 0:
            return False
        try:
            results = computation.evaluate(*(_array(self._tensors[index]) for index in operands))
        except (IndexError, ValueError):  # it ends the run, if it is reached
            return False
        for index, result in zip(operator.outputs, results, strict=True):
            self._tensors[index] = replace(self._tensors[index], data=memoryview(result.tobytes()))
        return True


_ABSORBING = {"LOGICAL_AND": 0, "LOGICAL_OR": 1}
"""The value of one input that determines the result, as a byte."""

_NUMPY = {
    TensorKind.FLOAT32: "<f4",
    TensorKind.INT8: "i1",
    TensorKind.INT16: "<i2",
    TensorKind.INT32: "<i4",
    TensorKind.INT64: "<i8",
    TensorKind.BOOL: "u1",
}


def _is_constant(tensor: Tensor) -> bool:
    return bool(tensor.data) and not tensor.is_variable and not tensor.is_sparse


def _broadcast(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...] | None:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        return None


def _array(tensor: Tensor) -> Array:
    assert tensor.data is not None  # noqa: S101 - asked for before
    return np.frombuffer(tensor.data, _NUMPY[tensor.kind]).reshape(tensor.shape)
