"""Ranges of quantisation come from all samples, in whichever order they are stored."""

from __future__ import annotations

import numpy as np
import pytest

from lab.quantize.forms import FORMS
from lab.quantize.samples import CalibrationSample, ModelInput
from lab.quantize.step import FloatParts, quantised
from lab.search.candidate import float_model
from lab.search.layers import network_of, operators
from rune.model.tflite import read_model

NETWORK = """
import keras
def network(shape, classes, batch):
    source = keras.Input(shape, batch)
    return keras.Model(source, keras.layers.Dense(classes)(source))
"""


def test_samples_of_the_last_label_do_not_make_the_range_alone() -> None:
    random = np.random.default_rng(2)
    strengths = [5.0] * 40 + [0.1] * 40  # as they are sorted by label: first shaking, then rest
    samples = [
        CalibrationSample(str(place), (random.uniform(-each, each, (1, 16)).astype(np.float32),))
        for place, each in enumerate(strengths)
    ]
    data = float_model(operators(network_of(NETWORK, (16,), 3, {})))
    model = read_model(quantised(data, FORMS["int8"], FloatParts(), samples, [ModelInput("input", (1, 16))]))
    scale = model.tensors[model.inputs[0]].scale
    assert scale is not None
    assert 255 * scale > 3  # the range that the last 40 samples alone would give is 0.2 wide


def test_one_strong_sample_among_weak_ones_is_not_cut_off() -> None:
    """A moving mean of the ranges would end at about 0.4; what lies beyond it would all be one number."""
    random = np.random.default_rng(3)
    strengths = [5.0 if place == 10 else 0.1 for place in range(80)]
    samples = [
        CalibrationSample(str(place), (random.uniform(-each, each, (1, 16)).astype(np.float32),))
        for place, each in enumerate(strengths)
    ]
    data = float_model(operators(network_of(NETWORK, (16,), 3, {})))
    model = read_model(quantised(data, FORMS["int8"], FloatParts(), samples, [ModelInput("input", (1, 16))]))
    strongest = float(np.abs(samples[10].values[0]).max())
    own = model.tensors[model.inputs[0]]
    assert own.scale is not None
    assert own.zero_point is not None
    ends = own.scale * (-128 - own.zero_point), own.scale * (127 - own.zero_point)
    assert max(abs(end) for end in ends) == pytest.approx(strongest, rel=0.02)


def test_an_input_whose_bounds_are_known_is_quantised_for_them_and_not_for_the_samples() -> None:
    samples = [CalibrationSample(str(place), (np.full((1, 16), 0.4, np.float32),)) for place in range(4)]
    data = float_model(operators(network_of(NETWORK, (16,), 3, {})))
    parts = FloatParts(input_bounds=(0.0, 1.0))
    model = read_model(quantised(data, FORMS["int8"], parts, samples, [ModelInput("input", (1, 16))]))
    own = model.tensors[model.inputs[0]]
    assert own.zero_point == -128
    assert own.scale == pytest.approx(1 / 255, rel=1e-6)
