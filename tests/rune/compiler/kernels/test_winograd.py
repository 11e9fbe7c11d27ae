"""Convolutions by exact integer Winograd have the reference's bytes, and are taken where they are exact and pay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.random import default_rng

from rune.aim import Aim
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange
from rune.compiler.anvil.program import calls
from rune.compiler.anvil.requantisation.fixed_point import Multiplier
from rune.compiler.anvil.target import Target
from rune.compiler.kernels.winograd import is_exact, transformed_filters
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import Model, read_model
from tests.support.cases import each_case
from tests.support.compiler.always_winograd import ALWAYS_WINOGRAD
from tests.support.compiler.model_judge import Questions, compiled_outputs
from tests.support.compiler.pipelines import models_pipeline
from tests.support.models.model_cases import model_cases
from tests.support.models.reference.make_models import answers
from tests.support.models.reference.model_graph import ModelGraph
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ACTIVATIONS, ModelValue

FUNCTION = "rune_conv_2d_winograd_int8"
MOST_CHANNELS = 3669
"""For weights of 127: with one more, four times a sum may leave 32 bits."""


def drawn(
    size: tuple[int, int],
    channels: tuple[int, int],
    padding: str = "same",
    *,
    kind: str = "int8",
    batches: int = 1,
    zero_point: int = 3,
    activation: str = "none",
) -> Callable[[Layers], ModelValue]:
    """A convolution with 3 x 3 filters from so many channels to so many."""

    def draw(layers: Layers) -> ModelValue:
        source = layers.input((batches, *size, channels[0]), kind, zero_point=zero_point)
        return layers.conv(source, channels[1], padding=padding, activation=activation)

    return draw


DRAWN = {
    "one pixel": drawn((1, 1), (1, 1)),
    "one output of nine pixels": drawn((3, 3), (2, 8), "valid"),
    "a row": drawn((1, 9), (3, 5)),
    "a column": drawn((7, 1), (8, 9)),
    "odd both ways": drawn((5, 7), (3, 8)),
    "odd both ways, valid": drawn((7, 5), (5, 16), "valid"),
    "even both ways": drawn((6, 8), (16, 16)),
    "even both ways, valid": drawn((8, 6), (12, 3), "valid"),
    "a block of tiles and one more": drawn((4, 10), (7, 17)),
    "two more": drawn((3, 12), (9, 4), activation="relu6"),
    "three more": drawn((2, 14), (24, 8), activation="relu"),
    "several images": drawn((5, 5), (4, 8), batches=3),
    "the least zero point": drawn((5, 6), (8, 8), zero_point=-128),
    "the greatest zero point": drawn((6, 5), (8, 8), zero_point=127),
    "128 channels": drawn((4, 4), (128, 128)),
    "128 channels of one": drawn((9, 3), (1, 128), "valid"),
    "uint8": drawn((7, 6), (10, 11), kind="uint8"),
}


def model_of(draw: Callable[[Layers], ModelValue]) -> bytes:
    layers = Layers("convolution", default_rng(7))
    return layers.graph.finish(draw(layers).index)


def at_the_end_of_32_bits() -> bytes:
    """Returns a model with as many channels as are exact, and the greatest weights."""
    graph = ModelGraph("greatest")
    image = graph.input("image", (1, 3, 3, MOST_CHANNELS), "int8", 1.0, -128)
    filters = graph.constant("filters", np.full((1, 3, 3, MOST_CHANNELS), 127, np.int8), 1.0)
    bias = graph.constant("bias", np.zeros(1, np.int32), 1.0)
    output = graph.tensor("output", (1, 3, 3, 1), "int8", 4e6, -128)
    options: Any = schema.Conv2DOptionsT()
    options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
    options.padding, options.fusedActivationFunction = 0, ACTIVATIONS["none"]
    graph.operator("CONV_2D", [image, filters, bias], [output], options)
    return graph.finish(output)


def functions(models: Mapping[str, Model], target: Target) -> list[str]:
    """The kernels that models have on a target, in their order."""
    steps = lower(models_pipeline(models), models, target).steps
    return [call.function for step in steps for call in calls(step)]


@pytest.mark.proof
def test_convolutions_of_all_sizes_give_the_reference_kernels_bytes() -> None:
    files = {name: model_of(draw) for name, draw in DRAWN.items()} | {"32 bits": at_the_end_of_32_bits()}
    models = {name: read_model(data) for name, data in files.items()}
    assert functions(models, ALWAYS_WINOGRAD).count(FUNCTION) == len(models)
    questions = {name: Questions.of(data, 11) for name, data in files.items()}
    levels = tuple([bytes([level]) * (9 * MOST_CHANNELS)] for level in (127, 128, 0))
    questions["32 bits"] = replace(questions["32 bits"], inputs=levels, answers=answers(files["32 bits"], levels))
    outputs = compiled_outputs(models, questions, ALWAYS_WINOGRAD)
    assert {name: list(questions[name].wrong(outputs[name])) for name in models} == {name: [] for name in models}


@pytest.mark.slow
def test_operators_of_the_tests_that_can_have_it_give_the_reference_kernels_bytes() -> None:
    cases = [case for case in model_cases() if case.name.startswith("conv_2d_")]
    models = {case.name: read_model(case.data) for case in cases}
    able = {name: model for name, model in models.items() if FUNCTION in functions({name: model}, ALWAYS_WINOGRAD)}
    assert len(able) >= 5
    questions = {case.name: Questions.of(case.data, 3) for case in cases if case.name in able}
    outputs = compiled_outputs(able, questions, ALWAYS_WINOGRAD)
    assert {name: list(questions[name].wrong(outputs[name])) for name in able} == {name: [] for name in able}


def convolution(channels: int, **changes: int) -> Conv2DInt8:
    window = replace(Window(1, 8, 8, channels, 8, 8, 1, 3, 3, 1, 1, 1, 1, 1, 1), **changes)
    filters = np.full((1, window.filter_height, window.filter_width, channels), 127, np.int8)
    to = OutputRange(0, -128, 127)
    return Conv2DInt8(window, filters, np.zeros(1, np.int32), (Multiplier(1 << 30, -8),), 0, to)


def test_more_channels_than_four_times_a_sum_has_room_for_are_refused() -> None:
    assert is_exact(convolution(MOST_CHANNELS))
    assert not is_exact(convolution(MOST_CHANNELS + 1))


@each_case(
    "changes",
    [{"filter_width": 1}, {"filter_height": 5}, {"stride_y": 2}, {"stride_x": 2}, {"dilation_y": 2}, {"dilation_x": 2}],
    ids=str,
)
def test_another_filter_or_move_is_refused(changes: dict[str, int]) -> None:
    assert not is_exact(convolution(4, **changes))


def test_the_greatest_transformed_filter_fits_16_bits() -> None:
    greatest = replace(convolution(1), filters=np.full((1, 3, 3, 1), -128, np.int8), filter_zero_point=127)
    assert np.abs(transformed_filters(greatest)).max() == 9 * 255


@pytest.mark.parametrize(("aim", "count"), [("size", 0), ("balanced", 2), ("speed", 4)])
def test_it_is_taken_where_its_constants_are_worth_their_bytes(aim: Aim, count: int, test_data: Path) -> None:
    target = WASM32.variant(aim)
    assert target is not None
    model = {"ic": read_model((test_data / "models" / "mlperf_ic_int8.tflite").read_bytes())}
    assert functions(model, target).count(FUNCTION) == count
