"""The references of `log_mel`, `mfe` and `mfcc`, whose golden vectors the C gives, give what the libraries give."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.rune.compiler.blocks.references import micro_frontend, sound
from tests.rune.compiler.blocks.references.library_sound import KERAS, LIBROSA, RATE, SOUND

LIBRARY = json.loads((Path(sound.__file__).parent / "library_features.json").read_text(encoding="utf-8"))
SIZES = {"librosa": LIBROSA, "keras": KERAS, "python_speech_features": {}, "mlperf_tiny": {}}


@pytest.mark.parametrize(("preset", "block"), [(p, b) for p in SIZES for b in LIBRARY[p]])
def test_a_preset_gives_what_its_library_gives(preset: str, block: str) -> None:
    arguments = {"preset": preset, "sample_rate": RATE, "low": 0.0, "high": 0.0, **SIZES[preset]}
    features = {
        "mfe": lambda: sound.mfe(arguments, [SOUND]),
        "log_mel": lambda: sound.log_mel(arguments, [[SOUND]]),
        "mfcc": lambda: sound.mfcc(arguments, [SOUND]),
    }[block]()[0]
    wanted = np.array(LIBRARY[preset][block])
    assert features.shape == wanted.shape
    # librosa, Keras and TensorFlow compute in f32; python_speech_features in f64.
    np.testing.assert_allclose(features, wanted, rtol=2e-4 if preset != "python_speech_features" else 1e-6, atol=2e-4)


@pytest.mark.slow
def test_the_frontend_gives_the_numbers_of_a_build_of_its_c_but_for_one_of_the_window() -> None:
    wanted = np.array(LIBRARY["micro_frontend"]["log_mel"]) / 0.0390625
    of_floats = micro_frontend.features(SOUND.tolist(), 160, [0] * micro_frontend.BANDS, of_f32=True)
    assert np.array_equal(np.array(of_floats), wanted)
    windows = micro_frontend.window_of(480), micro_frontend.window_of(480, of_f32=True)
    assert [(i, a, b) for i, (a, b) in enumerate(zip(*windows, strict=True)) if a != b] == [(17, 53, 54)]
    ours = np.array(micro_frontend.features(SOUND.tolist(), 160, [0] * micro_frontend.BANDS))
    assert np.mean(ours != wanted) < 0.05
