"""Biases that are too large beside their weights: forms answer as the float model does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from lab.formats.tflite_builder import Array, Builder
from lab.quantize.biases import lost_bias, with_biases_that_fit
from lab.quantize.forms import FORMS
from lab.quantize.noise import RunningModel
from lab.quantize.samples import CalibrationSample, ModelInput
from lab.quantize.step import FloatParts, quantised
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.devices.emulation.around_model import project_around
from rune.model.tflite import read_model
from rune.running.runtime import CompiledRune
from tests.support.cases import each_case

BIAS = np.array([0.1, 0.8, -0.2], np.float32)
RELU = 1
STATIC = [name for name, form in FORMS.items() if form.is_static]


def with_small_channel(weights: Array, axis: int, factor: float) -> Array:
    """The weights, those of the second channel made so many times smaller."""
    factors = np.ones(weights.shape[axis])
    factors[1] = factor
    return (weights * factors.reshape([-1 if each == axis else 1 for each in range(weights.ndim)])).astype(np.float32)


def dense(builder: Builder, source: int, weights: Array, bias: Array, activation: int = 0) -> int:
    options = {"fusedActivationFunction": activation, "weightsFormat": 0, "keepNumDims": False}
    inputs = [source, builder.constant("w", weights), builder.constant("b", bias)]
    return builder.add("FULLY_CONNECTED", inputs, (1, len(bias)), "dense", ("FullyConnected", options))


def dense_model(factor: float, layers: int = 1) -> tuple[bytes, tuple[int, ...]]:
    """Layers beside each other with the same bias, of which the first has a channel of small weights."""
    random = np.random.default_rng(1)
    builder = Builder()
    source = builder.tensor("input", (1, 4))
    outputs = {}
    for number in range(layers):
        weights = with_small_channel(random.normal(0, 0.3, (3, 4)), 0, 1.0 if number else factor)
        outputs[f"output {number}"] = dense(builder, source, weights, BIAS)
    return builder.file({"input": source}, outputs), (1, 4)


def convolution_model(op: str, factor: float) -> tuple[bytes, tuple[int, ...]]:
    """A convolution with a channel of small weights."""
    random = np.random.default_rng(2)
    builder = Builder()
    source = builder.tensor("input", (1, 5, 5, 3))
    is_depthwise = op == "DEPTHWISE_CONV_2D"
    weights = with_small_channel(
        random.normal(0, 0.3, (1, 3, 3, 3) if is_depthwise else (3, 3, 3, 3)), 3 if is_depthwise else 0, factor
    )
    options = {"padding": 1, "strideW": 1, "strideH": 1, "fusedActivationFunction": 0}
    options |= {"dilationWFactor": 1, "dilationHFactor": 1} | ({"depthMultiplier": 1} if is_depthwise else {})
    inputs = [source, builder.constant("w", weights), builder.constant("b", BIAS)]
    name = "DepthwiseConv2D" if is_depthwise else "Conv2D"
    output = builder.add(op, inputs, (1, 3, 3, 3), "convolution", (name, options))
    return builder.file({"input": source}, {"output": output}), (1, 5, 5, 3)


def samples(shape: Sequence[int]) -> list[CalibrationSample]:
    random = np.random.default_rng(3)
    return [CalibrationSample(str(n), (random.normal(size=shape).astype(np.float32),)) for n in range(32)]


def form_of(data: bytes, form: str, shape: tuple[int, ...]) -> bytes:
    return quantised(data, FORMS[form], FloatParts(), samples(shape), [ModelInput("input", shape)])


@each_case("form", STATIC)
@each_case("factor", [1e-3, 1e-6, 0.0])
@each_case("op", ["FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D"])
def test_a_channel_of_small_weights_keeps_its_bias(op: str, factor: float, form: str) -> None:
    data, shape = dense_model(factor) if op == "FULLY_CONNECTED" else convolution_model(op, factor)
    file = form_of(data, form, shape)
    assert lost_bias(file) is None
    own, source = RunningModel(file), RunningModel(data)
    for sample in samples(shape)[:8]:
        (answer,), (expected,) = own.run(sample.values), source.run(sample.values)
        np.testing.assert_allclose(answer[..., 1], expected[..., 1], atol=0.02)
        np.testing.assert_allclose(answer, expected, atol=0.1)


@pytest.mark.parametrize("form", ["int8", "int16x8"])
def test_layers_that_share_a_bias_each_keep_it(form: str) -> None:
    data, shape = dense_model(1e-6, layers=3)
    own, source = RunningModel(form_of(data, form, shape)), RunningModel(data)
    for sample in samples(shape)[:8]:
        for answer, expected in zip(own.run(sample.values), source.run(sample.values), strict=True):
            np.testing.assert_allclose(answer, expected, atol=0.03)


@pytest.mark.slow
def test_the_rune_answers_as_the_interpreter() -> None:
    data, shape = dense_model(1e-6)
    file = form_of(data, "int16x8", shape)
    model = read_model(file)
    rune = CompiledRune(build(project_around(file), BuildOptions("biases")).rune).start()
    (value,) = samples(shape)[0].values
    elements = np.round(value / model.tensors[model.inputs[0]].scale).astype(np.int16)
    (message,) = rune.call({rune.capabilities[0].id: elements.tobytes()})
    answers = np.array(message.tensors[0].elements) * model.tensors[model.outputs[0]].scale
    np.testing.assert_allclose(answers, RunningModel(file).run([value])[0].ravel(), atol=1e-4)


@pytest.mark.parametrize("form", STATIC)
def test_a_layer_whose_outputs_are_all_0_is_quantised(form: str) -> None:
    """An activation cuts them off."""
    random = np.random.default_rng(0)
    builder = Builder()
    source = builder.tensor("input", (1, 4))
    weights = random.normal(0, 0.3, (3, 4)).astype(np.float32)
    silent = dense(builder, source, weights, np.full(3, -9, np.float32), RELU)
    data = builder.file({"input": source}, {"output": dense(builder, silent, weights[:, :3].copy(), BIAS)})
    (value,) = samples((1, 4))[0].values
    answer = RunningModel(form_of(data, form, (1, 4))).run([value])[0].ravel()
    np.testing.assert_allclose(answer, BIAS, atol=0.02)


def test_other_models_keep_their_bytes() -> None:
    data, shape = dense_model(1.0)
    file = form_of(data, "int8", shape)
    assert with_biases_that_fit(file, data) is file


def test_a_bias_that_is_lost_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data, shape = dense_model(1e-6)
    monkeypatch.setattr("lab.quantize.step.with_biases_that_fit", lambda file, _source: file)
    with pytest.raises(Exception, match='int8: the bias of the layer "fully_connected" is too large'):
        form_of(data, "int8", shape)
