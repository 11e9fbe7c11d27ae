"""The ops' own references, in NumPy, give what TensorFlow Lite's reference kernels give, on every small model."""

from __future__ import annotations

import pytest

from rune.anvil.graph import Value
from rune.anvil.reading.builder import GraphBuilder
from rune.anvil.reading.model import read_ops
from rune.tensor import ElementType
from rune.tflite import read_model, signature
from tests.model_cases import ModelCase, model_cases
from tests.rune.anvil.evaluated_graph import evaluated
from tests.rune.anvil.test_anvil_models import assert_close


@pytest.mark.parametrize("case", model_cases(), ids=lambda case: case.name)
def test_a_reference_gives_what_the_reference_kernels_give(case: ModelCase) -> None:
    model = read_model(case.data)
    builder = GraphBuilder()
    described = signature(model)
    inputs = tuple(builder.value(Value(tensor.name, tensor.type)) for tensor in described.inputs)
    outputs = read_ops(builder, "model", "model", model, inputs)
    for run in case.runs:
        values = evaluated(builder.graph(), dict(zip(inputs, run.inputs, strict=True)))
        for index, expected, tensor in zip(outputs, run.outputs, described.outputs, strict=True):
            given = values[index].tobytes()
            if tensor.type.element is ElementType.F32:
                assert_close(expected, given)
            else:
                assert given == expected
