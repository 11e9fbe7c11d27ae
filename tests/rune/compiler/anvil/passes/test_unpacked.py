"""Weights that a model unpacks when it runs are unpacked when it is read, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rune.compiler.anvil.models.byte_budget import ByteBudget
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.anvil.models.unpacking import unpacked
from rune.model.tflite import TensorKind, read_model
from tests.support.models.model_cases import compiled_model


@pytest.mark.parametrize("name", ["conv_2d_f32_weights_of_float16", "conv_2d_f32_weights_of_bytes"])
def test_packed_weights_are_constants(name: str) -> None:
    model = read_model(compiled_model(name))
    whole = unpacked(model, ByteBudget(model))
    assert [operator.op for operator in whole.operators] == ["CONV_2D"]
    weights = whole.tensors[whole.operators[0].inputs[1]]
    source = model.tensors[model.operators[0].inputs[0]]
    assert weights.data is not None
    assert source.data is not None
    numbers = np.frombuffer(weights.data, "<f4")
    if source.kind is TensorKind.FLOAT16:
        assert numbers.tolist() == np.frombuffer(source.data, "<f2").tolist()
    else:
        assert np.allclose(numbers, np.frombuffer(source.data, np.int8) * 0.025)


def test_what_comes_while_it_runs_is_left_alone() -> None:
    model = read_model(compiled_model("dequantize_i8_to_f32"))
    assert unpacked(model, ByteBudget(model)) is model


def test_an_operator_whose_input_is_absent_is_left_to_its_own_check() -> None:
    model = read_model(compiled_model("conv_2d_f32_weights_of_float16"))
    without_input = replace(model, operators=(replace(model.operators[0], inputs=(-1,)), *model.operators[1:]))
    assert unpacked(without_input, ByteBudget(without_input)) is without_input


def test_a_constant_that_claims_another_shape_is_left_to_the_operators_own_check() -> None:
    model = read_model(compiled_model("conv_2d_f32_weights_of_float16"))
    index = model.operators[0].outputs[0]
    other = replace(model.tensors[index], shape=(4, 3, 3, 2))
    lying_model = replace(model, tensors=(*model.tensors[:index], other, *model.tensors[index + 1 :]))
    assert unpacked(lying_model, ByteBudget(lying_model)) is lying_model
    assert [each.op for each in unsupported_ops(lying_model)] == ["DEQUANTIZE", "CONV_2D"]
