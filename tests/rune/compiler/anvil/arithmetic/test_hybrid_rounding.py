"""Floats half way between two bytes become the byte of the reference: rounded first, then moved by the zero point."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import default_rng

from rune.model.tflite import read_model
from tests.models.make_models import answers
from tests.rune.compiler.anvil.evaluated_graph import evaluated_outputs
from tests.rune.compiler.anvil.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.support.models.model_cases import compiled_model

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
    compiled = [[tensor for _, tensor in tensors_of(run(rune, inputs)[0].data)] for inputs in runs]
    assert compiled == expected
    assert evaluated_outputs(data, runs) == expected
