"""Random models of all operators, compiled and evaluated, give what TensorFlow Lite's reference kernels give.

`make prove` asks 2,000 of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.anvil.passes.dead_channels import channel_ranges
from rune.model.tflite import Model, TensorKind, read_model
from tests.support.compiler.evaluated_graph import evaluated, graph_of
from tests.support.compiler.model_judge import Questions, compiled_outputs, disagreements
from tests.support.models.model_cases import compiled_model
from tests.support.models.random.random_models import random_model
from tests.support.models.random.random_operators import DRAWS
from tests.support.shares import mostly_proved

MODELS = 100
BUILDS = 12
"""The number of models that are compiled here; all are by `make prove`."""
BATCH = 12
"""Models that are compiled into one module."""


def test_every_operator_that_is_compiled_is_drawn() -> None:
    assert set(DRAWS) == set(OPERATIONS)


@pytest.mark.slow
def test_every_operator_is_in_one_of_the_models() -> None:
    assert {operator for seed in range(MODELS) for operator in random_model(seed).operators} == set(OPERATIONS)


def test_a_seed_gives_the_same_model_each_time() -> None:
    assert random_model(5).data == random_model(5).data


def with_another_weight(model: Model) -> Model:
    """The same with one more in the first weight of int8."""
    number, tensor = next(
        (number, tensor)
        for number, tensor in enumerate(model.tensors)
        if tensor.kind is TensorKind.INT8 and tensor.data is not None
    )
    assert tensor.data is not None
    weights = np.frombuffer(tensor.data, np.int8).copy()
    weights[0] ^= 1
    changed = replace(tensor, data=memoryview(weights.tobytes()))
    return replace(model, tensors=(*model.tensors[:number], changed, *model.tensors[number + 1 :]))


@pytest.mark.slow
def test_a_weight_that_is_off_by_one_is_found() -> None:
    data = compiled_model("conv_2d_i8_same")
    questions = {"conv": Questions.of(data, 1)}
    right, wrong = ({"conv": model} for model in (read_model(data), with_another_weight(read_model(data))))
    assert list(questions["conv"].wrong(compiled_outputs(right, questions)["conv"])) == []
    (first, *_) = questions["conv"].wrong(compiled_outputs(wrong, questions)["conv"])
    assert first.startswith("run 0, output 0: ")


@pytest.mark.parametrize("seed", mostly_proved(range(MODELS), 4))
def test_every_number_lies_within_the_range_of_its_channel(seed: int) -> None:
    data = random_model(seed).data
    graph, inputs, _ = graph_of(data)
    ranges = channel_ranges(graph)
    for run in Questions.of(data, seed).inputs:
        values = evaluated(graph, dict(zip(inputs, run, strict=True)))
        for index, interval in ranges.items():
            numbers = values[index].reshape(-1, values[index].shape[-1])
            assert interval.least.shape == numbers.shape[1:], graph.values[index].name
            assert (numbers >= interval.least).all(), graph.values[index].name
            assert (numbers <= interval.greatest).all(), graph.values[index].name


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, BUILDS, BATCH))
def test_random_models_give_what_the_reference_gives(first: int) -> None:
    models = [random_model(seed) for seed in range(first, first + BATCH)]
    assert disagreements({model.name: model.data for model in models}) == []
