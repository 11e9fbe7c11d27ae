"""The references of `log_mel`, `mfe` and `mfcc`, whose golden vectors the C gives, give what the libraries give."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.cases import each_case
from tests.support.compiler.block_references import mel_formula, micro_frontend, sound
from tests.support.compiler.block_references.library_sound import KERAS, LIBROSA, RATE, SOUND

LIBRARY = json.loads((Path(sound.__file__).parent / "library_features.json").read_text(encoding="utf-8"))
SIZES = {"librosa": LIBROSA, "keras": KERAS, "python_speech_features": {}, "mlperf_tiny": {}, "speech_commands": {}}


@each_case(("preset", "block"), [(p, b) for p in SIZES for b in LIBRARY[p]])
def test_a_preset_gives_what_its_library_gives(preset: str, block: str) -> None:
    arguments = {"preset": preset, "sample_rate": RATE, "low": 0.0, "high": 0.0, **SIZES[preset]}
    features = {
        "mfe": lambda: sound.mfe(arguments, [SOUND]),
        "log_mel": lambda: sound.log_mel(arguments, [[SOUND]]),
        "mfcc": lambda: sound.mfcc(arguments, [SOUND]),
    }[block]()[0]
    expected = np.array(LIBRARY[preset][block])
    assert features.shape == expected.shape
    # librosa, Keras and TensorFlow compute in f32; python_speech_features in f64.
    np.testing.assert_allclose(features, expected, rtol=2e-4 if preset != "python_speech_features" else 1e-6, atol=2e-4)


def test_the_mfe_of_edge_impulse_is_what_its_copy_of_speechpy_gives() -> None:
    arguments = {"preset": "edge_impulse_mfe", "sample_rate": RATE, "low": 0.0, "high": 0.0, "noise_floor": -52}
    features, expected = sound.log_mel(arguments, [[SOUND]])[0], np.array(LIBRARY["edge_impulse_mfe"]["log_mel"])
    assert features.shape == expected.shape
    assert np.mean((expected > 0) & (expected < 1)) > 0.2
    # Edge Impulse computes in f32, so that a number on the edge of a step falls on its other side.
    assert np.abs(features - expected).max() <= 1 / 256
    assert np.mean(features != expected) < 0.01


def test_the_mfcc_of_edge_impulse_is_what_its_copy_of_speechpy_gives() -> None:
    arguments = {"preset": "edge_impulse_mfcc", "sample_rate": RATE, "low": 0.0, "high": 0.0, "window": 101}
    expected = np.array(LIBRARY["edge_impulse_mfcc"]["mfcc"])
    np.testing.assert_allclose(sound.mfcc(arguments, [SOUND])[0], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
def test_the_frontend_gives_the_numbers_of_a_build_of_its_c_but_for_one_of_the_window() -> None:
    expected = np.array(LIBRARY["micro_frontend"]["log_mel"]) / 0.0390625
    of_floats = micro_frontend.features(SOUND.tolist(), 160, [0] * micro_frontend.BANDS, of_f32=True)
    assert np.array_equal(np.array(of_floats), expected)
    windows = micro_frontend.window_of(480), micro_frontend.window_of(480, of_f32=True)
    assert [(i, a, b) for i, (a, b) in enumerate(zip(*windows, strict=True)) if a != b] == [(17, 53, 54)]
    ours = np.array(micro_frontend.features(SOUND.tolist(), 160, [0] * micro_frontend.BANDS))
    assert np.mean(ours != expected) < 0.05


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["librosa", "keras", "python_speech_features", "mlperf_tiny", "speech_commands", "torchaudio"]),
    st.integers(0, 2**32 - 1),
    st.floats(-30, 15),
)
def test_whole_numbers_give_the_bands_of_the_formula_however_loud_the_sound_is(
    preset: str, seed: int, exponent: float
) -> None:
    random = np.random.default_rng(seed)
    times = np.arange(2400)
    tones = sum(random.uniform() * np.sin(times * random.uniform(0.01, 3.0)) for _ in range(3))
    real = ((tones + random.standard_normal(2400) * 0.02) * 2.0**exponent).astype(np.float32)
    arguments = {"preset": preset, "sample_rate": RATE, "low": 100.0, "high": 7000.0}
    for samples in (real, np.clip(real * 2.0 ** (14 - exponent), -32768, 32767).astype(np.int16)):
        expected = mel_formula.mfe(arguments, samples)
        np.testing.assert_allclose(
            sound.mfe(arguments, [samples])[0], expected, rtol=1e-4, atol=2e-10 * float(expected.max())
        )


def test_a_sample_that_is_no_finite_number_makes_its_frames_nan_and_no_others() -> None:
    samples = np.random.default_rng(4).standard_normal(1000).astype(np.float32)
    samples[500] = np.inf
    arguments = {"preset": "python_speech_features", "sample_rate": RATE, "low": 0.0, "high": 0.0, "step": 400}
    assert np.isnan(sound.mfe(arguments, [samples])[0]).all(axis=1).tolist() == [False, True, False]


def torchaudio_mel(samples: np.ndarray, bands: int, rate: int = RATE) -> np.ndarray:
    """The documented formula of `torchaudio.transforms.MelSpectrogram` with its defaults, sum by sum: `n_fft` of 400, a
    hop of 200, a periodic Hann window, the sound mirrored at its ends, power, and triangles of HTK's mel in hertz."""
    size, hop = 400, 200
    padded = np.pad(samples / 32768.0, size // 2, mode="reflect")
    window = np.sin(np.pi * np.arange(size) / size) ** 2
    frames = np.array([padded[at : at + size] * window for at in range(0, len(padded) - size + 1, hop)])
    rows = np.arange(size // 2 + 1)
    transform = np.exp(-2j * np.pi * np.outer(np.arange(size), rows) / size)
    power = np.abs(frames @ transform) ** 2
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = [700 * (10 ** (top * k / (bands + 1) / 2595) - 1) for k in range(bands + 2)]
    weights = np.zeros((len(rows), bands))
    for row in rows:
        hertz = row * rate / size
        for band, (low, middle, high) in enumerate(zip(corners, corners[1:], corners[2:], strict=False)):
            weights[row, band] = max(0.0, min((hertz - low) / (middle - low), (high - hertz) / (high - middle)))
    return np.asarray(power @ weights)


@pytest.mark.parametrize("bands", [128, 40])
def test_torchaudio_is_what_its_documentation_says(bands: int) -> None:
    arguments = {"preset": "torchaudio", "sample_rate": RATE, "low": 0.0, "high": 0.0, "bands": bands}
    power = torchaudio_mel(SOUND, bands)
    np.testing.assert_allclose(sound.mfe(arguments, [SOUND])[0], power, rtol=1e-5, atol=1e-9)
    decibels = 10 * np.log10(np.maximum(power, 1e-10))
    decibels = np.maximum(decibels, decibels.max() - 80)
    np.testing.assert_allclose(sound.log_mel(arguments, [[SOUND]])[0], decibels, rtol=1e-5, atol=1e-4)
    # `create_dct` with `norm="ortho"`.
    cosines = np.cos(np.pi / bands * (np.arange(bands)[:, None] + 0.5) * np.arange(40)[None])
    cosines[:, 0] /= np.sqrt(2)
    expected = decibels @ (cosines * np.sqrt(2 / bands))
    np.testing.assert_allclose(sound.mfcc(arguments, [SOUND])[0], expected, rtol=1e-4, atol=1e-3)
