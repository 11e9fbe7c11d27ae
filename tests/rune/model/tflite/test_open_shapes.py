"""Sizes that a file leaves open follow from the inputs' through the operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from rune.model.tflite import Operator, Tensor, TensorKind, read_model
from rune.model.tflite.options import (
    Activation,
    AxisOptions,
    ConcatenationOptions,
    DetectionOptions,
    FullyConnectedOptions,
    GatherOptions,
    Options,
    StridedSliceOptions,
)
from rune.model.tflite.shapes.detections import with_shapes_of_detections
from rune.model.tflite.shapes.open_shapes import known_numbers, with_open_shapes
from tests.support.cases import each_case
from tests.support.models.model_cases import ModelCase, architecture_cases

LIMIT = 1 << 20


def floats(*shape: int) -> Tensor:
    return Tensor("", TensorKind.FLOAT32, shape)


def numbers(*values: int) -> Tensor:
    return Tensor("", TensorKind.INT32, (len(values),), data=memoryview(np.array(values, "<i4").tobytes()))


def unknown(*shape: int) -> Tensor:
    return Tensor("", TensorKind.INT32, shape)


def operator(op: str, inputs: Sequence[int], outputs: Sequence[int], options: Options | None = None) -> Operator:
    return Operator(op, 1, tuple(inputs), tuple(outputs), {} if options is None else options)


def dense_over_time() -> tuple[list[Tensor], list[Operator]]:
    """A dense layer over 32 rows of 20 as Keras makes it: rows are taken one by one, and put back."""
    tensors = [
        *(floats(1, 32, 20), numbers(0, 1), numbers(0), numbers(7), numbers(2)),
        *(unknown(3), unknown(2), unknown(), unknown(3), unknown(1), unknown(), unknown(2)),
        *(floats(1, 1), floats(7, 20), floats(1, 7), floats(1, 1, 7)),
    ]
    fully_connected = FullyConnectedOptions(Activation.NONE, False, False, False)
    concatenation = ConcatenationOptions(0, Activation.NONE)
    return tensors, [
        operator("SHAPE", [0], [5]),
        operator("GATHER", [5, 1], [6], GatherOptions(0, 0)),
        operator("REDUCE_PROD", [6, 2], [7]),
        operator("CONCATENATION", [6, 3], [8], concatenation),
        operator("GATHER", [5, 4], [9], GatherOptions(0, 0)),
        operator("REDUCE_PROD", [9, 2], [10]),
        operator("PACK", [7, 10], [11], AxisOptions(0)),
        operator("RESHAPE", [0, 11], [12]),
        operator("FULLY_CONNECTED", [12, 13, -1], [14], fully_connected),
        operator("RESHAPE", [14, 8], [15]),
    ]


def test_rows_that_a_dense_layer_takes_are_as_many_as_there_are() -> None:
    tensors, operators = dense_over_time()
    new_tensors = with_open_shapes(tensors, operators, {12, 14, 15}, LIMIT)
    assert [new_tensors[index].shape for index in (12, 14, 15)] == [(32, 20), (32, 7), (1, 32, 7)]


def test_shapes_that_are_not_open_stay_as_the_file_has_them() -> None:
    tensors, operators = dense_over_time()
    assert with_open_shapes(tensors, operators, (), LIMIT) == tuple(tensors)
    assert with_open_shapes(tensors, operators, {14}, LIMIT)[12].shape == (1, 1)


def test_numbers_made_of_sizes_are_known() -> None:
    tensors, operators = dense_over_time()
    values = known_numbers(tensors, operators)
    assert (values[5], values[8], values[11]) == ((1, 32, 20), (1, 32, 7), (32, 20))


def test_a_shape_beyond_the_limit_is_not_taken() -> None:
    tensors, operators = dense_over_time()
    tensors[0] = floats(1, 4096, 20)
    new_tensors = with_open_shapes(tensors, operators, {12, 14, 15}, 1 << 18)
    assert [new_tensors[index].shape for index in (12, 14)] == [(1, 1), (1, 7)]


@each_case(
    ("op", "inputs", "options", "expected"),
    [
        ("SPACE_TO_BATCH_ND", [floats(1, 66, 8), numbers(2), numbers(0, 0)], None, (2, 33, 8)),
        ("BATCH_TO_SPACE_ND", [floats(2, 32, 8), numbers(2), numbers(0, 1)], None, (1, 63, 8)),
        ("STRIDED_SLICE", [floats(4, 9), numbers(1, 0), numbers(0, 0), numbers(1, 2)],
         StridedSliceOptions(0, 3, 0, 0, 0, False), (3, 5)),
        ("STRIDED_SLICE", [floats(4, 9), numbers(0, -1), numbers(0, 0), numbers(1, 1)],
         StridedSliceOptions(1, 1, 2, 0, 0, False), (4,)),
        ("MEAN", [floats(2, 3, 4), numbers(-1, 0)], {"keep_dims": True}, (1, 3, 1)),
        ("MEAN", [floats(2, 3, 4), numbers(1)], {"keep_dims": False}, (2, 4)),
        ("ADD", [floats(5, 1, 4), floats(3, 1)], None, (5, 3, 4)),
        ("TRANSPOSE", [floats(2, 3, 4), numbers(2, 0, 1)], None, (4, 2, 3)),
        ("RESHAPE", [floats(2, 3, 4), numbers(-1, 6)], None, (4, 6)),
        ("PAD", [floats(2, 3), numbers(1, 0, 2, 2)], None, (3, 7)),
    ],
)  # fmt: skip
def test_an_operator_gives_the_shape_that_its_kernel_gives(
    op: str, inputs: list[Tensor], options: Options | None, expected: tuple[int, ...]
) -> None:
    tensors = with_open_shapes(
        [*inputs, floats(1)], [operator(op, range(len(inputs)), [len(inputs)], options)], {len(inputs)}, LIMIT
    )
    assert tensors[-1].shape == expected


@each_case(
    ("op", "inputs"),
    [
        ("RESHAPE", [floats(2, 3), numbers(4, 2)]),
        ("RESHAPE", [floats(2, 3), unknown(2)]),
        ("ADD", [floats(2), floats(3)]),
        ("TRANSPOSE", [floats(2, 3), numbers(0, 5)]),
        ("PAD", [floats(2, 3), numbers(-9, 0, 0, 0)]),
        ("SPACE_TO_BATCH_ND", [floats(1, 4, 1), numbers(0), numbers(0, 0)]),
        ("NOBODY_KNOWS", [floats(2)]),
    ],
)
def test_where_nothing_is_known_the_shape_of_the_file_stays(op: str, inputs: list[Tensor]) -> None:
    tensors = with_open_shapes(
        [*inputs, floats(1)], [operator(op, range(len(inputs)), [len(inputs)])], {len(inputs)}, LIMIT
    )
    assert tensors[-1].shape == (1,)


@pytest.mark.protects("compiling/models")
@each_case(
    ("op", "inputs", "options"),
    [
        ("GATHER", [numbers(1, 2)], GatherOptions(0, 0)),
        ("SLICE", [numbers(1, 2)], None),
        ("SLICE", [numbers(1, 2), numbers(0)], None),
        ("SLICE", [numbers(1, 2), numbers(-1), numbers(1)], None),
        ("SLICE", [numbers(1, 2), numbers(1), numbers(-5)], None),
        ("STRIDED_SLICE", [numbers(1, 2), numbers(0)], StridedSliceOptions(0, 0, 0, 0, 0, False)),
        ("CONCATENATION", [numbers()], ConcatenationOptions(0, Activation.NONE)),
    ],
)
def test_an_operator_without_its_inputs_or_beyond_them_gives_no_numbers(
    op: str, inputs: list[Tensor], options: Options | None
) -> None:
    tensors = [*inputs, unknown(1)]
    operators = [operator(op, range(len(inputs)), [len(inputs)], options)]
    assert known_numbers(tensors, operators) == {}
    with_open_shapes(tensors, operators, {len(inputs)}, LIMIT)


@pytest.mark.protects("compiling/models")
@pytest.mark.parametrize("sides", [[1] * 33, [1 << 16, 1 << 16, 0]], ids=["many", "hidden"])
def test_a_shape_that_a_file_could_not_declare_is_not_taken(sides: list[int]) -> None:
    source = floats(*([1] if all(sides) else [0]))
    tensors = with_open_shapes([source, numbers(*sides), floats(1)], [operator("RESHAPE", [0, 1], [2])], {2})
    assert tensors[2].shape == (1,)


@pytest.mark.protects("compiling/models")
def test_more_detections_than_a_tensor_holds_have_no_shape() -> None:
    options = DetectionOptions(1 << 30, 1 << 30, 1, False, 0, 0, 1, 1, 1, 1, 1)
    tensors = [floats() for _ in range(4)]
    detect = operator("CUSTOM:TFLite_Detection_PostProcess", [], range(4), options)
    assert [each.shape for each in with_shapes_of_detections(tensors, [detect])] == [(), (), (), (1,)]


@each_case("case", architecture_cases(), ids=lambda case: case.name)
def test_all_shapes_of_an_exported_network_are_those_of_the_interpreter(case: ModelCase) -> None:
    interpreter = Interpreter(
        model_content=case.data,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    for detail, data in zip(interpreter.get_input_details(), case.runs[0].inputs, strict=True):
        interpreter.set_tensor(detail["index"], np.frombuffer(data, detail["dtype"]).reshape(detail["shape"]))
    interpreter.invoke()
    model = read_model(case.data)
    indices = [index for each in model.operators for index in each.outputs]
    shapes = {index: interpreter.get_tensor(index).shape for index in indices}
    assert {index: model.tensors[index].shape for index in indices} == shapes


def test_a_constant_of_another_kind_has_no_numbers() -> None:
    tensors = [replace(numbers(3), kind=TensorKind.FLOAT32), unknown(1)]
    assert known_numbers(tensors, [operator("RESHAPE", [0], [1])]) == {}
