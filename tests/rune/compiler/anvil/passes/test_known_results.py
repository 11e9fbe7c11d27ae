"""Results that are known from sizes and constants; what does not fit is left to be refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rune.compiler.anvil.models.byte_budget import ByteBudget
from rune.compiler.anvil.models.known_results import with_known_results
from rune.compiler.anvil.models.plain_model import plain_model
from rune.model.tflite import Model, Tensor, read_model
from tests.support.models.model_cases import compiled_model


def shapes() -> Model:
    return read_model(compiled_model("shape_f32_multiplied"))


def with_output_of(model: Model, number: int, tensor: Tensor) -> Model:
    """The same where an operator's output is another tensor."""
    index = model.operators[number].outputs[0]
    return replace(model, tensors=(*model.tensors[:index], tensor, *model.tensors[index + 1 :]))


def test_sizes_become_constants() -> None:
    model = plain_model(shapes())
    assert [operator.op for operator in model.operators] == ["BROADCAST_TO", "ADD"]
    data = model.tensors[model.operators[0].inputs[1]].data
    assert data is not None
    assert np.frombuffer(data, np.int32).tolist() == [2, 3]


def test_a_model_without_such_operators_is_left_as_it_is() -> None:
    model = read_model(compiled_model("conv_2d_f32_same"))
    assert with_known_results(model, ByteBudget(model)) is model


def test_a_shape_of_too_few_numbers_is_left() -> None:
    model = shapes()
    output = model.tensors[model.operators[0].outputs[0]]
    wrong = with_output_of(model, 0, replace(output, shape=(1,)))
    assert with_known_results(wrong, ByteBudget(wrong)).operators[0].op == "SHAPE"


def test_a_result_of_a_gigabyte_is_left() -> None:
    model = read_model(compiled_model("zeros_like_f32_plain"))
    output = model.tensors[model.operators[0].outputs[0]]
    wrong = with_output_of(model, 0, replace(output, shape=(1 << 28,)))
    assert with_known_results(wrong, ByteBudget(wrong)) is wrong
