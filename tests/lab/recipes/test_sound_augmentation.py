"""Sounds as training sees them: higher and lower, in noise, and unchanged where nothing is to be changed by chance."""

from __future__ import annotations

import json
import subprocess

import pytest

from lab.recipes.catalogue import recipe_of
from lab.training.settings import ENVIRONMENT

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

SCRIPT = """
import json, runpy, sys
import numpy as np
augmented = runpy.run_path(sys.argv[1])["augmented"]
rows = np.zeros((200, 49, 40), np.float32)
rows[:, :, 20] = 1.0  # a tone in one band
still = {"step": 20, "shift": 0, "masked": 0.0, "loudness": 0.0, "background": 0.0}
unchanged = augmented(rows, np.random.default_rng(1), pitch=0.0, **still)
moved = augmented(rows, np.random.default_rng(1), pitch=2.0, **still)
centres = (moved * np.arange(40)).sum(axis=2) / moved.sum(axis=2)
halved = augmented(rows[:, :, ::2], np.random.default_rng(1), pitch=2.0, **still)
places = (halved * np.arange(20)).sum(axis=2) / halved.sum(axis=2)
click = np.zeros((200, 40, 40), np.float32)
click[:, 20] = 1.0
later = augmented(click, np.random.default_rng(1), pitch=0.0, **{**still, "step": 25, "shift": 100})
times = later.mean(axis=2).argmax(axis=1)
noisy = augmented(rows, np.random.default_rng(1), pitch=0.0, **{**still, "background": 1.0})
louder = augmented(rows - 0.9, np.random.default_rng(1), pitch=0.0, **{**still, "loudness": 1.0})
print(json.dumps({
    "noise": [float((noisy - rows).min()), float(noisy.max()), float(np.mean(noisy.mean(axis=(1, 2)) > 0.1))],
    "steady": float(np.ptp(noisy[:, :, :20].mean(axis=2), axis=1).max()),
    "least": float(louder.min()),
    "unchanged": float(np.abs(unchanged - rows).max()),
    "shape": moved.shape, "type": str(moved.dtype),
    "centres": [float(centres.min()), float(centres.max())],
    "places": [float(places.min()), float(places.max())],
    "times": [int(times.min()), int(times.max())],
    "spread": float(np.ptp(centres, axis=1).max()),
    "strength": [float(moved.sum(axis=2).min()), float(moved.sum(axis=2).max())],
}))
"""


def test_a_sound_becomes_higher_and_lower_within_its_range_and_as_loud_as_before() -> None:
    command = [str(ENVIRONMENT.python), "-c", SCRIPT, str(recipe_of("keywords").network_source)]
    process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    measurements = json.loads(process.stdout.splitlines()[-1])
    assert measurements["unchanged"] == 0
    assert (measurements["shape"], measurements["type"]) == ([200, 49, 40], "float32")
    lowest, highest = measurements["centres"]
    assert 18 <= lowest < 18.2
    assert 21.8 < highest <= 22
    lowest, highest = measurements["places"]
    assert 9 <= lowest < 9.1, "of half the bands, a sound moves by half as many"
    assert 10.9 < highest <= 11
    assert measurements["times"] == [16, 24], "100 ms are 4 frames of 25 ms"
    assert measurements["spread"] < 1e-5, "all moments of a sound move alike"
    assert measurements["strength"] == pytest.approx([1, 1], abs=1e-5)
    quietest, loudest, often = measurements["noise"]
    assert quietest >= 0, "noise takes nothing away"
    assert loudest < 1.2, "noise is not louder than the sound"
    assert 0.3 < often < 0.95, "noise of all levels"
    assert measurements["steady"] < 0.2, "it is there at all moments"
    assert measurements["least"] == -1, "nothing is quieter than silence"
