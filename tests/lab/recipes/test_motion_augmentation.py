"""Motions as training sees them: at another pace, and as they are where nothing is to be changed by chance."""

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
times = np.arange(100)
wave = np.stack([np.sin(2 * np.pi * times / 10)] * 3, axis=1)
batch = np.tile(wave, (200, 1, 1)).astype(np.float32)
unchanged = augmented(batch, np.random.default_rng(1), pace=0.0, turn=0.0, strength=0.0, noise=0.0)
paced = augmented(batch, np.random.default_rng(1), pace=0.25, turn=0.0, strength=0.0, noise=0.0)
# Upward crossings of the middle half, where nothing is mirrored: their distance is the length of a wave, 10 rows.
lengths = []
for window in paced[:, 25:75, 0]:
    places = np.flatnonzero((window[:-1] < 0) & (window[1:] >= 0))
    lengths += np.diff(places).tolist()
print(json.dumps({
    "unchanged": float(np.abs(unchanged - batch).max()),
    "shape": paced.shape, "type": str(paced.dtype),
    "lengths": [min(lengths), max(lengths)],
    "step": float(np.abs(np.diff(paced, axis=1)).max()), "largest": float(np.abs(paced).max()),
}))
"""


def test_a_motion_becomes_faster_and_slower_within_its_range_without_a_jump() -> None:
    command = [str(ENVIRONMENT.python), "-c", SCRIPT, str(recipe_of("motion").network_source)]
    completed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    measured = json.loads(completed.stdout.splitlines()[-1])
    assert measured["unchanged"] < 1e-6
    assert (measured["shape"], measured["type"]) == ([200, 100, 3], "float32")
    shortest, longest = measured["lengths"]
    assert shortest == 8
    assert 12 <= longest <= 13
    assert (
        measured["step"] < 1.25 * 0.63
    )  # the largest step of a wave of 10 rows, at the highest pace; mirrored ends add none
    assert measured["largest"] <= 1.001
