"""Motions as training sees them: at another pace, stronger or weaker, by another sensor, and as they are where
nothing is to be changed by chance."""

from __future__ import annotations

import json
import subprocess
from typing import Any

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
function = runpy.run_path(sys.argv[1])["augmented"]
NOTHING = {"pace": 0.0, "turn": 0.0, "strength": 0.0, "sensor": 0.0, "noise": 0.0}

def augmented(batch, **changes):
    return function(batch, np.random.default_rng(1), **(NOTHING | changes))

times = np.arange(100)
wave = np.stack([np.sin(2 * np.pi * times / 10)] * 3, axis=1)
batch = np.tile(wave, (200, 1, 1)).astype(np.float32)
unchanged = augmented(batch)
paced = augmented(batch, pace=0.25)
resting = batch * np.float32(0.3) + np.array([0, 0, 1], np.float32)
stronger = augmented(resting, strength=0.5)
swings = np.ptp(stronger, axis=1) / np.ptp(resting, axis=1)
sensed = augmented(resting, sensor=0.04)
gains = np.ptp(sensed, axis=1) / np.ptp(resting, axis=1)
zeros = sensed.mean(axis=1) - gains * resting.mean(axis=1)
# Upward crossings of the middle half, where nothing is mirrored: their distance is the length of a wave, 10 rows.
lengths = []
for window in paced[:, 25:75, 0]:
    places = np.flatnonzero((window[:-1] < 0) & (window[1:] >= 0))
    lengths += np.diff(places).tolist()
print(json.dumps({
    "unchanged": float(np.abs(unchanged - batch).max()),
    "shape": paced.shape, "type": str(paced.dtype),
    "lengths": [min(lengths), max(lengths)],
    "means": float(np.abs(stronger.mean(axis=1) - resting.mean(axis=1)).max()),
    "swings": [float(swings.min()), float(swings.max()), float(np.ptp(swings, axis=1).max())],
    "gains": [float(gains.mean()), float(gains.std())], "zeros": [float(zeros.mean()), float(zeros.std())],
    "step": float(np.abs(np.diff(paced, axis=1)).max()), "largest": float(np.abs(paced).max()),
}))
"""


@pytest.fixture(scope="module")
def measurements() -> dict[str, Any]:
    command = [str(ENVIRONMENT.python), "-c", SCRIPT, str(recipe_of("motion").network_source)]
    process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    values: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return values


def test_a_motion_becomes_faster_and_slower_within_its_range_without_a_jump(measurements: dict[str, Any]) -> None:
    assert measurements["unchanged"] < 1e-6
    assert (measurements["shape"], measurements["type"]) == ([200, 100, 3], "float32")
    shortest, longest = measurements["lengths"]
    assert shortest == 8
    assert 12 <= longest <= 13
    assert (
        measurements["step"] < 1.25 * 0.63
    )  # the largest step of a wave of 10 rows, at the highest pace; mirrored ends add none
    assert measurements["largest"] <= 1.001


def test_a_motion_becomes_stronger_and_weaker_about_its_mean(measurements: dict[str, Any]) -> None:
    assert measurements["means"] < 1e-5, "gravity stays"
    weakest, strongest, between_axes = measurements["swings"]
    assert weakest == pytest.approx(1 / 1.5, abs=0.02)
    assert strongest == pytest.approx(1.5, abs=0.04)
    assert between_axes < 1e-4, "all axes alike"


def test_a_sensor_has_a_gain_and_a_zero_of_its_own_for_each_axis(measurements: dict[str, Any]) -> None:
    assert measurements["gains"] == pytest.approx([1, 0.04], abs=0.006)
    assert measurements["zeros"] == pytest.approx([0, 0.04], abs=0.006)
