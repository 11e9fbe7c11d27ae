"""Floats beside weights of int8 become the bytes of the reference: rounded first, then moved by a zero point. In a
convolution they have one where its channels have different scales."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.random import default_rng

from rune.compiler.anvil.ops.convolution.hybrid import HybridConv2D
from rune.model.tflite import read_model
from tests.support.compiler.evaluated_graph import evaluated_outputs, graph_of
from tests.support.compiler.model_judge import disagreements
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.support.models.model_cases import compiled_model
from tests.support.models.reference.make_models import answers
from tests.support.models.reference.model_graph import ModelGraph
from tests.support.models.reference.model_values import window_options

RUNS = 25
ROWS, COLUMNS = 3, 17


def near_halves() -> Iterator[bytes]:
    """Rows from -1 to 3 or from 0 to 3, of numbers half way between two bytes or beside that."""
    random = default_rng(5)
    for number in range(RUNS):
        least, greatest = np.float32(-(number % 2)), np.float32(random.uniform(1, 3))
        step = np.float32(greatest - least) / np.float32(255)
        halves = ((random.integers(1, 80, (ROWS, COLUMNS - 2)) + 0.5) * step).astype(np.float32)
        above = np.nextafter(halves, np.float32(9))
        numbers = np.where(random.random(halves.shape) < 0.5, halves, above)
        ends = [np.full((ROWS, 1), end) for end in (least, greatest)]
        yield np.concatenate([*ends, numbers], axis=1).astype(np.float32).tobytes()


def test_a_number_half_way_between_two_bytes_becomes_the_byte_of_the_reference() -> None:
    data = compiled_model("fully_connected_hybrid_asymmetric")
    runs = [[inputs] for inputs in near_halves()]
    expected = answers(data, runs)
    models = {"dense": read_model(data)}
    rune = loaded(module_of(models_pipeline(models), models))
    outputs = [[tensor for _, tensor in tensors_of(run(rune, inputs)[0].data)] for inputs in runs]
    assert outputs == expected
    assert evaluated_outputs(data, runs) == expected


def convolved(scales: Sequence[float]) -> bytes:
    """A CONV_2D of floats with int8 weights of eight channels."""
    random, graph, options = default_rng(3), ModelGraph("hybrid"), schema.Conv2DOptionsT()
    image = graph.input("image", (1, 4, 4, 8), "float32")
    filters = graph.constant("filters", random.integers(-127, 128, (8, 3, 3, 8)).astype(np.int8), scales)
    bias = graph.constant("bias", random.standard_normal(8).astype(np.float32))
    output = graph.tensor("output", (1, *window_options(options, (4, 4), (3, 3), (1, 1), (1, 1), "same"), 8), "float32")
    graph.operator("CONV_2D", [image, filters, bias], [output], options, 5)
    return graph.finish(output)


@pytest.mark.slow
def test_channels_whose_scales_are_all_the_same_are_computed_as_with_one_scale() -> None:
    scales = {"one": [0.01], "equal": [0.01] * 8, "one of another": [*[0.01] * 7, 0.02]}
    assert disagreements({name: convolved(each) for name, each in scales.items()}) == []


def test_a_convolution_is_symmetric_where_all_channels_have_one_scale() -> None:
    for scales, is_symmetric in (([0.01], True), ([0.01] * 8, True), ([*[0.01] * 7, 0.02], False)):
        graph, _, _ = graph_of(convolved(scales))
        (work,) = (node.work for node in graph.nodes)
        assert isinstance(work, HybridConv2D)
        assert work.is_symmetric == work.joins_scales == is_symmetric
