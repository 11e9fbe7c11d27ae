"""Reads the ops of a model file as nodes. Models that cannot be compiled are refused before, by
`rune.compiler.anvil.models.support`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.errors import BadModel, UnsupportedModel
from rune.compiler.anvil.graph import NUMPY_TYPES, Value
from rune.compiler.anvil.limit_checks import check_limits
from rune.compiler.anvil.models.caching import cached_by_model
from rune.compiler.anvil.models.plain_model import plain_model
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.anvil.operation import Alike, Contradiction, ModelOp, alike
from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable
from rune.compiler.anvil.ops.recurrence.variables import CopyTensor
from rune.compiler.anvil.reading.builder import GraphBuilder
from rune.compiler.anvil.signed_bytes import as_signed
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model, Operator, Tensor, TensorKind
from rune.model.tflite.layer_names import plain_layer_name
from rune.tensor import ElementType, TensorType


def read_ops(
    builder: GraphBuilder, stage: str, file: str, model: Model, inputs: tuple[int, ...], profile: Profile = LITERT
) -> tuple[int, ...]:
    """Adds a model's ops with the values `inputs`, and returns the values of its outputs. Raises `UnsupportedModel` and
    `BadModel`."""
    lacking = unsupported_ops(model, profile)
    if lacking:
        raise UnsupportedModel(file, lacking)
    try:
        model, computations = _ops(model, profile)
    except _Contradictory as contradiction:
        raise BadModel(file, str(contradiction)) from contradiction
    builder.model(stage, file, _layers(stage, model))
    values: dict[int, int] = {}

    def value(index: int) -> int:
        """Returns the value of a tensor; a constant is added to the graph when it is first used."""
        if index not in values:
            values[index] = builder.value(_value(f"{stage} tensor {index}", as_signed(model.tensors[index])))
        return values[index]

    def flip(index: int, source: int, result: int) -> None:
        """Flips the highest bits of a value: converts a uint8 tensor to its int8 form in the model, or back."""
        table = ByteTable.flip(*(builder.type_of(each) for each in (source, result)))
        builder.node(f"{stage} tensor {index}", stage, table, (source,), (result,))

    for index, input_value in zip(model.inputs, inputs, strict=True):
        if model.tensors[index].kind is TensorKind.UINT8:
            flip(index, input_value, value(index))
        else:
            values[index] = input_value

    for number, (operator, (op, computation)) in enumerate(zip(model.operators, computations, strict=True)):
        check_limits()
        operation = OPERATIONS[operator.op]
        states = tuple(value(operator.inputs[place]) for place in operation.states)
        operands = tuple(value(index) for index in operator.inputs[operation.operands_of(op)])
        results = (*(value(index) for index in operator.outputs), *map(builder.written_anew, states))
        builder.node(_node_name(stage, operator, number), stage, computation, (*operands, *states), results)

    def result(index: int) -> int:
        """Returns the value of an output in the type of the file; for a variable, its final value."""
        if model.tensors[index].is_variable:
            copy = builder.value(replace(_value(f"{stage} tensor {index}", model.tensors[index]), initial=None))
            builder.node(
                f"{stage} tensor {index}", stage, CopyTensor(builder.type_of(copy).size), (value(index),), (copy,)
            )
            return copy
        if model.tensors[index].kind is not TensorKind.UINT8:
            return value(index)
        outside = builder.value(_value(f"{stage} tensor {index}", model.tensors[index]))
        flip(index, value(index), outside)
        return outside

    return tuple(map(result, model.outputs))


def _node_name(stage: str, operator: Operator, number: int) -> str:
    return f"{stage} {operator.op} {number}"


def _layers(stage: str, model: Model) -> dict[str, str]:
    """The layers of the source model, by the names of its operators' nodes."""
    return {
        _node_name(stage, operator, number): plain_layer_name(model.tensors[operator.outputs[0]].name)
        for number, operator in enumerate(model.operators)
        if operator.outputs
    }


class _Contradictory(Exception):
    """An op whose options contradict its tensors, by its number and name."""


@cached_by_model
def _ops(model: Model, profile: Profile) -> tuple[Model, tuple[tuple[ModelOp, Computation], ...]]:
    """Returns the plain model, and the computation of each of its operators. Raises `_Contradictory`."""
    model = plain_model(model)
    computations: dict[Alike, tuple[ModelOp, Computation]] = {}
    ops = []
    for number, operator in enumerate(model.operators):
        check_limits()
        likeness = alike(model.tensors, operator)
        if likeness not in computations:
            op = ModelOp.of(model.tensors, operator, profile)
            try:
                computations[likeness] = op, OPERATIONS[operator.op].computation(op)
            except Contradiction as contradiction:
                raise _Contradictory(f"operator {number}, {operator.op}: {contradiction}") from contradiction
        ops.append(computations[likeness])
    return model, tuple(ops)


def _value(name: str, tensor: Tensor) -> Value:
    kind = tensor.type or TensorType(ElementType.U8, _shape(tensor))
    data = None if tensor.data is None else _constant(kind, tensor.data)
    if tensor.is_variable:
        return Value(name, kind, tensor.quantization, initial=_first(tensor, kind) if data is None else data)
    return Value(name, kind, tensor.quantization, data)


def _shape(tensor: Tensor) -> tuple[int, ...]:
    """Returns the element type of a tensor. A bool is a byte. No supported op uses other types that a Runefile cannot
    name."""
    return tensor.shape if tensor.kind is TensorKind.BOOL else (0,)


def _first(tensor: Tensor, kind: TensorType) -> Array:
    """Returns the initial contents of a variable without data: the zero point's bytes, or zeros."""
    number = tensor.zero_point if tensor.kind is TensorKind.INT8 else None
    return np.full(kind.dimensions, number or 0, NUMPY_TYPES[kind.element])


def _constant(kind: TensorType, data: memoryview) -> Array:
    """Returns a view of the file's bytes."""
    return np.frombuffer(data, NUMPY_TYPES[kind.element]).reshape(kind.dimensions)
