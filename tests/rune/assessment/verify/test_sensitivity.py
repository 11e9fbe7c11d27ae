"""The reference's own moves are excused: no more than those, and no less for weights of float16."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from rune.assessment.verify.comparison import OF_LARGEST, Distances, compare
from rune.assessment.verify.models.reference import open_inside
from rune.assessment.verify.models.sensitivity import moves
from rune.model.tflite import read_model
from rune.tensor import ElementType, TensorType
from tests.support.models.reference.make_models import make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

INPUTS, OUTPUTS = 8, 5
KIND = TensorType(ElementType.F32, (1, OUTPUTS))


def layer(kind: str) -> bytes:
    """A fully connected layer whose weights and bias the file has as float16, or as the same numbers of float32."""

    def build(g: Layers) -> list[ModelValue]:
        source, result = g.input((1, INPUTS), "float32"), g.output((1, OUTPUTS), "float32")

        def constant(name: str, shape: tuple[int, ...]) -> int:
            halves = g.random.standard_normal(shape).astype(np.float16)
            if kind == "float32":
                return int(g.graph.constant(name, halves.astype(np.float32)))
            half, single = g.graph.constant(name, halves), g.output(shape, "float32")
            g.graph.operator("DEQUANTIZE", [half], [single.index], None, 3)
            return single.index

        operands = [source.index, constant("weights", (OUTPUTS, INPUTS)), constant("bias", (OUTPUTS,))]
        options: Any = schema.FullyConnectedOptionsT()
        g.graph.operator("FULLY_CONNECTED", operands, [result.index], options)
        return [result]

    return make("layer", build)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("kind", ["float16", "float32"])
def test_no_more_is_excused_than_the_last_bits_of_the_weights_explain(kind: str, *, keep: bool) -> None:
    """A result is its bias where the input is zeros, and moves as far as that is nudged."""
    data = layer(kind)
    model, zeros = read_model(data), (bytes(4 * INPUTS),)
    (sensitivity,) = moves(model, data, [zeros], {model.outputs[0]: KIND}, keep=keep).values()
    (right,) = open_inside(data, keep=False).run(zeros)
    bias = np.frombuffer(right, "<f4")
    a_step_of_float16 = (bias * (1 + 2.0**-11)).astype("<f4").tobytes()
    assert compare(KIND, right, a_step_of_float16, sensitivity=sensitivity).beyond == OUTPUTS
    assert sensitivity == pytest.approx(np.abs(bias) * OF_LARGEST, rel=0.15)


def test_weights_of_float16_move_results_as_far_as_the_same_weights_of_float32() -> None:
    inputs = (np.random.default_rng(1).uniform(-1, 1, INPUTS).astype("<f4").tobytes(),)
    distances: list[Distances] = []
    for kind in ("float16", "float32"):
        data = layer(kind)
        model = read_model(data)
        distances += moves(model, data, [inputs], {model.outputs[0]: KIND}).values()
    assert distances[0] == pytest.approx(distances[1], rel=1)
    assert (distances[0] > 0).all()
