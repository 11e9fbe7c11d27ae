"""Recurrent layers in quantised forms: their steps share scales, and what nothing reads is no float among integers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from lab.formats.keras.unrolling import MOST_STEPS
from lab.formats.onnx.reading import read_onnx
from lab.formats.onnx.translating import fix_shapes, translate
from lab.formats.tflite_builder import Builder
from lab.quantize.forms import FORMS
from lab.quantize.ranges import measured_ranges
from lab.quantize.samples import CalibrationSample, ModelInput
from lab.quantize.step import FloatParts, quantised
from lab.quantize.steps import LEAST_STEPS, shared_by_steps
from lab.refusal import Refused
from rune.model.tflite import Model, TensorKind, read_model
from tests.support.models.tflite_graphs import endless

ONNX = Path(__file__).resolve().parent.parent / "models" / "onnx"
UNITS, STEPS = 4, 6


def samples(*shape: int, count: int = 6) -> list[CalibrationSample]:
    random = np.random.default_rng(7)
    values = [random.standard_normal(shape).astype(np.float32) * (1 + place) for place in range(count)]
    return [CalibrationSample(str(place), (value,)) for place, value in enumerate(values)]


def recurrent() -> bytes:
    """A layer of `STEPS` steps: each adds its part of the input to the state times the same weights."""
    random = np.random.default_rng(5)
    builder = Builder()
    source = builder.tensor("source", (1, UNITS * STEPS))
    axis = builder.constant("axis", np.array(1, np.int32))
    parts = builder.add_many("SPLIT", [axis, source], [(1, UNITS)] * STEPS, "part", ("Split", {"numSplits": STEPS}))
    weights = builder.constant("weights", random.standard_normal((UNITS, UNITS)).astype(np.float32))
    state = parts[0]
    for step in range(1, STEPS):
        product = builder.add(
            "FULLY_CONNECTED", [state, weights, -1], (1, UNITS), f"turned{step}", ("FullyConnected", {})
        )
        state = builder.add("ADD", [product, parts[step]], (1, UNITS), f"state{step}", ("Add", {}))
    return builder.file({"source": source}, {"state": builder.add("TANH", [state], (1, UNITS), "last")})


def scales(model: Model, op: str) -> Counter[float | None]:
    return Counter(model.tensors[each.outputs[0]].scale for each in model.operators if each.op == op)


def test_tensors_at_the_same_place_of_a_step_have_one_range() -> None:
    data = recurrent()
    inputs = [ModelInput("source", (1, UNITS * STEPS))]
    before = measured_ranges(data, samples(1, UNITS * STEPS), inputs)
    after = measured_ranges(data, samples(1, UNITS * STEPS), inputs)
    shared_by_steps(after, read_model(data))
    for name in ("turned", "state"):
        steps = [f"{name}{step}" for step in range(1, STEPS)]
        assert len({float(before[step]["max"].item()) for step in steps}) > 1
        assert {float(after[step]["max"].item()) for step in steps} == {
            max(float(before[step]["max"].item()) for step in steps)
        }
        assert {float(after[step]["min"].item()) for step in steps} == {
            min(float(before[step]["min"].item()) for step in steps)
        }
    assert after["last"] == before["last"]
    assert after["source"] == before["source"]


def gated(late: int) -> bytes:
    """A layer of `STEPS` steps: each adds to the state what a gate leaves of it, and what another one leaves of its
    input. In the step `late` the second gate is computed before what the first one leaves."""
    random = np.random.default_rng(6)
    builder = Builder()
    state = builder.tensor("source", (1, UNITS))
    source, one = state, builder.constant("one", np.array(1, np.float32))
    weights = builder.constant("weights", random.standard_normal((UNITS, UNITS)).astype(np.float32))
    for step in range(STEPS):

        def add(op: str, *inputs: int, name: str = "", options: str = "", number: int = step) -> int:
            return builder.add(op, inputs, (1, UNITS), f"{name or op.lower()}{number}", (options, {}))

        product = add("FULLY_CONNECTED", state, weights, -1, options="FullyConnected")
        first = add("LOGISTIC", product)
        rest = add("SUB", one, first, options="Sub") if step != late else 0
        second = add("TANH", product)
        rest = rest or add("SUB", one, first, options="Sub")
        state = add("ADD", second, add("MUL", rest, state, options="Mul"), name="state", options="Add")
    return builder.file({"source": source}, {"state": state})


def test_a_step_whose_operators_have_another_order_shares_the_range_of_the_others() -> None:
    data, inputs = gated(late=3), [ModelInput("source", (1, UNITS))]
    ranges = measured_ranges(data, samples(1, UNITS), inputs)
    shared_by_steps(ranges, read_model(data))
    for name in ("tanh", "mul"):
        assert len({float(ranges[f"{name}{step}"]["max"].item()) for step in range(STEPS)}) == 1


def test_what_a_gate_leaves_is_from_0_to_1_in_each_step() -> None:
    data, inputs = gated(late=3), [ModelInput("source", (1, UNITS))]
    ranges = measured_ranges(data, samples(1, UNITS), inputs)
    assert {float(ranges[f"sub{step}"]["min"].item()) for step in range(STEPS)} != {0.0}
    shared_by_steps(ranges, read_model(data))
    for step in range(STEPS):
        assert (ranges[f"sub{step}"]["min"].item(), ranges[f"sub{step}"]["max"].item()) == (0, 1)


def test_layers_with_weights_of_their_own_share_nothing() -> None:
    data = (ONNX.parent / "network.tflite").read_bytes()
    ranges = measured_ranges(data, samples(1, 12, 6), [ModelInput("x", (1, 12, 6))])
    before = {name: (each["min"].copy(), each["max"].copy()) for name, each in ranges.items()}
    shared_by_steps(ranges, read_model(data))
    assert {name: (each["min"], each["max"]) for name, each in ranges.items()} == before


@pytest.mark.slow
@pytest.mark.parametrize(("name", "op"), [("lstm", "TANH"), ("gru", "MUL")])
def test_the_steps_of_a_converted_layer_have_the_same_scales(name: str, op: str) -> None:
    data = translate(fix_shapes(read_onnx(ONNX / f"{name}.onnx"), {})).data
    own = read_model(data)
    shape = own.tensors[own.inputs[0]].shape
    result = read_model(quantised(data, FORMS["int8"], FloatParts(), samples(*shape), [ModelInput("x", shape)]))
    most = scales(result, "FULLY_CONNECTED").most_common(1)[0][1]
    assert most >= LEAST_STEPS
    assert scales(result, op).most_common(1)[0][1] >= most - 1


def test_an_output_that_nothing_reads_is_stored_as_its_siblings_are() -> None:
    builder = Builder()
    source = builder.tensor("source", (1, 6))
    axis = builder.constant("axis", np.array(1, np.int32))
    weights = builder.constant("weights", np.eye(6, dtype=np.float32))
    dense = builder.add("FULLY_CONNECTED", [source, weights, -1], (1, 6), "dense", ("FullyConnected", {}))
    first, _, last = builder.add_many("SPLIT", [axis, dense], [(1, 2)] * 3, "part", ("Split", {"numSplits": 3}))
    total = builder.add("ADD", [first, last], (1, 2), "total", ("Add", {}))
    data = builder.file({"source": source}, {"total": total})

    model = read_model(quantised(data, FORMS["int8"], FloatParts(), samples(1, 6), [ModelInput("source", (1, 6))]))
    (split,) = [each for each in model.operators if each.op == "SPLIT"]
    parts = [model.tensors[place] for place in split.outputs]
    assert {part.kind for part in parts} == {TensorKind.INT8}
    assert len({(part.scale, part.zero_point) for part in parts}) == 1


def test_a_model_with_a_loop_is_refused_with_what_to_convert_instead() -> None:
    data = endless()
    with pytest.raises(Refused, match=rf"the model has a loop.*at most {MOST_STEPS} steps"):
        quantised(data, FORMS["int8"], FloatParts(), [], [])
