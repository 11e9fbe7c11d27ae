"""Each entry of a table is what the reference gives: for every byte and many scales, on the machine that runs this."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rune.assessment.verify.models.reference import open_inside
from rune.compiler.anvil.operation import ModelOp
from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable
from rune.model.tflite import read_model
from tests.support.models.reference.make_models import make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

SCALES = 200
BYTES = np.arange(256, dtype=np.uint8).view(np.int8)

Build = Callable[[Layers], list[ModelValue]]


def differing(data: bytes, values: np.ndarray) -> int:
    """Bytes in which the one op of a model and the reference differ."""
    model = read_model(data)
    (operator,) = model.operators
    work = OPERATIONS[operator.op].computation(ModelOp.of(model.tensors, operator))
    (expected,) = open_inside(data, keep=False).run([values.tobytes()])
    (actual,) = work.evaluate(values)
    return int(np.count_nonzero(np.frombuffer(expected, "i1") != actual.reshape(-1).view(np.int8)))


@pytest.mark.slow
@pytest.mark.parametrize(("op", "scale", "zero_point"), [("LOGISTIC", 1 / 256, -128), ("TANH", 1 / 128, 0)])
def test_a_table_has_the_bytes_of_the_references_function(op: str, scale: float, zero_point: int) -> None:
    generator = np.random.default_rng(len(op))
    wrong = {}
    for number in range(SCALES):
        input_scale = float(np.float32(np.exp(generator.uniform(np.log(1e-3), np.log(0.5)))))
        input_zero_point = int(generator.integers(-128, 128))

        def build(g: Layers, at: float = input_scale, zero: int = input_zero_point) -> list[ModelValue]:
            return [g.unary(op, g.input((1, 256), "int8", at, zero), scale, zero_point)]

        count = differing(make(f"{op} {number}", build), BYTES)
        if count:
            wrong[input_scale, input_zero_point] = count
    assert not wrong


@pytest.mark.slow
def test_a_softmax_has_the_bytes_of_the_references_for_every_difference() -> None:
    generator = np.random.default_rng(7)
    wrong = {}
    rows = np.stack([np.full(256, 127, np.int8), BYTES], axis=1)
    for number in range(SCALES):
        scale = float(np.float32(np.exp(generator.uniform(np.log(2e-3), np.log(0.9)))))
        beta = float(np.float32(generator.choice([1.0, 0.5, generator.uniform(0.2, 2.0)])))

        def build(g: Layers, at: float = scale, by: float = beta) -> list[ModelValue]:
            return [g.softmax(g.input((256, 2), "int8", at), by)]

        count = differing(make(f"softmax {number}", build), rows)
        if count:
            wrong[scale, beta] = count
    assert not wrong


def test_every_table_is_of_256_bytes() -> None:
    def build(g: Layers) -> list[ModelValue]:
        return [g.unary("LOGISTIC", g.input((1, 256), "int8", 0.1), 1 / 256, -128)]

    model = read_model(make("any", build))
    work = OPERATIONS["LOGISTIC"].computation(ModelOp.of(model.tensors, model.operators[0]))
    assert isinstance(work, ByteTable)
    assert work.table.shape == (256,)
