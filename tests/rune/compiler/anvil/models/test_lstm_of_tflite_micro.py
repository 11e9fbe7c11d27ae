"""An LSTM of int8 gives TFLite Micro's bytes with its profile: compiled, and evaluated in NumPy.

`make prove` asks 150 of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from numpy.random import default_rng

from rune.compiler.anvil.models.support import unsupported_ops
from rune.model.profile import LITERT, TFLM
from rune.model.tflite import read_model
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.compiler.model_judge import Questions, disagreements
from tests.support.models.model_cases import compiled_model
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.state_models import lstm

pytestmark = pytest.mark.skipif(find_spec("tflite_micro") is None, reason="tflite-micro is for Linux on x86-64")

FEW, MANY, BATCH = 12, 150, 25
"""Models that plain runs ask, those that proofs ask, and those that are compiled into one module."""


def random_lstm(seed: int) -> bytes:
    """A model of one LSTM: sizes, scales and zero points by the seed, some so far apart that sums saturate."""
    random = default_rng(seed)
    layers = Layers(f"LSTM {seed}", random)
    shape, units = random.integers(1, 7, 3), int(random.integers(1, 13))
    output = lstm(
        layers,
        layers.input([int(side) for side in shape], "int8", zero_point=int(random.integers(-128, 128))),
        units,
        time_major=bool(random.random() < 0.3),
        clip=float(random.choice([0.0, 0.0, 0.4, 3.0])),
        zero_point=int(random.integers(-128, 128)),
        cell_bits=int(random.integers(9, 16)),
        gain=float(random.choice([0.3, 1.0, 3.0, 30.0, 300.0])),
    )
    return layers.graph.finish(output.index)


def wrong(seeds: range) -> Iterator[str]:
    for first in range(0, len(seeds), BATCH):
        models = {f"lstm {seed}": random_lstm(seed) for seed in seeds[first : first + BATCH]}
        yield from disagreements(models, profile=TFLM)


@pytest.mark.slow
def test_a_byte_of_litert_is_found_to_be_another() -> None:
    data = compiled_model("unidirectional_sequence_lstm_i8_coarse_cells")
    questions = Questions.of(data, 1, TFLM)
    assert list(questions.wrong(evaluated_outputs(data, questions.inputs, TFLM))) == []
    assert list(questions.wrong(evaluated_outputs(data, questions.inputs, LITERT))) != []


@pytest.mark.proof
def test_random_lstms_give_its_bytes() -> None:
    assert list(wrong(range(FEW))) == []


@pytest.mark.proof
def test_many_random_lstms_give_its_bytes() -> None:
    assert list(wrong(range(FEW, MANY))) == []


@pytest.mark.slow
def test_their_outputs_are_of_many_kinds() -> None:
    """The outputs are not all at an end of their range, where anything would agree."""
    counts = [
        len(set(np.frombuffer(data, np.int8).tolist()))
        for seed in range(FEW)
        for outputs in Questions.of(random_lstm(seed), seed, TFLM).answers
        for data in outputs
    ]
    assert max(counts) > 40
    assert sorted(counts)[len(counts) // 2] > 8


def test_inner_tensors_with_numbers_are_refused() -> None:
    """TFLite Micro does not load such a model."""
    model = read_model(compiled_model("unidirectional_sequence_lstm_i8_plain"))
    assert unsupported_ops(model, TFLM) == ()
    inner = model.operators[0].intermediates[0]
    tensors = [replace(each, shape=(1,)) if at == inner else each for at, each in enumerate(model.tensors)]
    (lacking,) = unsupported_ops(replace(model, tensors=tuple(tensors)), TFLM)
    assert lacking.types.endswith("whose inner tensors have numbers, which TFLite Micro refuses")
