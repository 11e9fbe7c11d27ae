"""The loop by which networks learn, in the environment of TensorFlow."""

from __future__ import annotations

import subprocess

import pytest

from lab.training.settings import ENVIRONMENT
from tests.conftest import REPOSITORY

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

PROGRAM = """
import numpy as np
from lab.recipes.motion import network as motion
from lab.training.loop import fitting
from lab.training.loop.progress import Progress, Settings

random = np.random.default_rng(1)
labels = np.arange(40, dtype=np.int32) % 2
inputs = random.normal(labels[:, None, None], 1, (40, 20, 3)).astype(np.float32)
train, validation = (fitting.WindowSet(inputs[part], labels[part]) for part in (slice(0, 30), slice(30, 40)))
settings = Settings(seed=1, epochs=3, patience=3, batch=8, learning_rate=0.01)

def curves(most_bytes):
    fitting.MOST_BYTES = most_bytes
    build = lambda: motion.network((20, 3), 2, None, filters=4, blocks=1, kernel=3, stride=2, separable=0, dropout=0.1)
    progress = Progress(fitting.new_learner(build, settings, train))
    steps = []
    learn = progress.learner.learn
    progress.learner.learn = lambda batches, rates: steps.append(len(batches)) or learn(batches, rates)
    noise = lambda batch, labels, random: (batch + random.normal(0, 0.1, batch.shape).astype(np.float32), labels)
    fitting.fit(train, validation, settings, noise, progress, lambda: None)
    return progress.curves, steps

together, apart = curves(1 << 30), curves(3 * 8 * 20 * 3 * 4)
assert together[0] == apart[0], (together, apart)
assert together[0][-1]["loss"] < together[0][0]["loss"], together
assert (together[1], apart[1]) == ([8] * 3, [3, 3, 2] * 3)
"""


def test_the_curves_do_not_depend_on_how_many_steps_are_taken_at_once() -> None:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY), "CUDA_VISIBLE_DEVICES": ""}
    program = [str(ENVIRONMENT.python), "-c", PROGRAM]
    completed = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stderr[-2000:]
