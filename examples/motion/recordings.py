"""Motion of a wrist: real recordings of shoulder exercises, and rest and other movements made by arithmetic.

The recordings are the 140 of the package `seglearn` (BSD licence; D. Burns and others, 2018): 10 people, both arms, 7
exercises, a smartwatch at 50 Hz. `pip download` fetches it; its digest is checked. Nothing is learned here.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Window = NDArray[np.float32]

RATE = 50
LENGTH = 150
"""Rows of a window: three seconds."""
EXERCISES = (
    "pendulum",
    "abduction",
    "forward elevation",
    "internal rotation",
    "external rotation",
    "trapezius extension",
    "upright row",
)
LABELS = (*EXERCISES, "resting", "something else")
RESTING, SOMETHING_ELSE = LABELS.index("resting"), LABELS.index("something else")

_PACKAGE = "seglearn==1.2.5"
_WHEEL = "seglearn-1.2.5-py3-none-any.whl"
_SHA256 = "ec6b952c85c9627050102854b372d85951563d3b990df677d7c55547e87413dd"


@dataclass(frozen=True)
class Recording:
    """About twenty repetitions of one exercise; `rows` f32[n, 3], the acceleration with gravity in g."""

    label: int
    person: int
    is_right: bool
    rows: NDArray[np.float32]


def recordings(cache: Path) -> list[Recording]:
    """Returns all recordings, in the order of the package."""
    wheel = cache / _WHEEL
    if not wheel.exists():
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(cache), _PACKAGE]
        subprocess.run(command, check=True)
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != _SHA256:
        raise RuntimeError(f"{wheel} is not the {_PACKAGE} that this model was trained on; delete it and try again")
    with zipfile.ZipFile(wheel) as archive:
        file = io.BytesIO(archive.read("seglearn/data/watch_dataset.npy"))
    data = np.load(file, allow_pickle=True).item()  # checked by its digest above
    columns = zip(data["y"], data["subject"], data["side"], data["X"], strict=True)
    return [Recording(int(y), int(who), bool(side), rows[:, :3].astype(np.float32)) for y, who, side, rows in columns]


def resting(rng: np.random.Generator) -> Window:
    """A wrist that lies or hangs still, in any position, with the little that it always moves."""
    times = np.linspace(0, 1, LENGTH)[:, None]
    towards, drift = _direction(rng), _direction(rng) * rng.uniform(0, 0.12)
    sway = 0.02 * rng.random() * np.sin(2 * np.pi * (rng.uniform(0.2, 2) * 3 * times + rng.random(3)))
    return sensed(towards + drift * times + sway, rng)


def something_else(rng: np.random.Generator) -> Window:
    """Walking, shaking, reaching and waving, drawn by rule: no person made these."""
    times = np.arange(LENGTH) / RATE
    rows = np.tile(_direction(rng), (LENGTH, 1))
    kind = rng.random()
    if kind < 0.4:  # walking and running: a stride and its impacts, and the arm that swings at half their pace
        stride, strength = rng.uniform(1.4, 3.2), rng.uniform(0.15, 1.6)
        phase = rng.random()
        for harmonic in range(1, 5):
            along = _direction(rng)[None] * strength / harmonic
            rows = rows + along * np.sin(2 * np.pi * (harmonic * stride * times + harmonic * phase))[:, None]
        swing = rng.uniform(0.1, 0.9) * np.sin(np.pi * stride * times + 7 * phase)
        rows = np.einsum("nij,nj->ni", turned_each(np.outer(swing, _direction(rng))), rows)
    elif kind < 0.75:  # the hand goes from place to place
        count = int(rng.integers(2, 9))
        knots = np.sort(rng.uniform(-0.5, 3.5, count))
        angles = np.stack([np.interp(times, knots, rng.normal(0, 1.2, count)) for _ in range(3)], axis=1)
        smooth = np.stack([np.convolve(np.pad(a, 12, mode="edge"), np.hanning(25) / 12, "valid") for a in angles.T], 1)
        rows = np.einsum("nij,nj->ni", turned_each(smooth), rows)
        rows = rows + np.gradient(np.gradient(smooth, axis=0), axis=0) * rng.uniform(0, 60)
    else:  # shaking, knocking, stirring
        pace = rng.uniform(2.5, 8)
        strength = rng.uniform(0.2, 2.5) * (0.4 + 0.6 * np.abs(np.sin(np.pi * rng.uniform(0.1, 0.8) * times)))
        first, second = _direction(rng), _direction(rng) * rng.random()
        rows = rows + np.outer(strength * np.sin(2 * np.pi * pace * times), first)
        rows = rows + np.outer(strength * np.cos(2 * np.pi * pace * times), second)
    return sensed(rows, rng)


def sensed(rows: NDArray[np.float64], rng: np.random.Generator) -> Window:
    """Adds the noise of a sensor, and limits the values to 8 g, as most sensors do."""
    noise = rng.normal(0, rng.uniform(0.001, 0.02), rows.shape)
    return np.clip(rows + noise, -8, 8).astype(np.float32)


def turned_each(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """f64[n, 3, 3] of angles f64[n, 3]."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles).T, np.sin(angles).T
    rows = [
        [cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz],
        [cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz],
        [-sy, sx * cy, cx * cy],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def _direction(rng: np.random.Generator) -> NDArray[np.float64]:
    vector = rng.standard_normal(3)
    return vector / np.linalg.norm(vector)
