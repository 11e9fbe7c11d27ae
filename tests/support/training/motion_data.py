"""Small recordings of motion for tests: circles, shaking and rest, of several people, drawn by rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

LABELS = ("circle", "shake", "still")
RATE = 50


def motion(label: str, random: np.random.Generator, seconds: float) -> str:
    """A recording as a CSV of metres per second squared."""
    times = np.arange(round(seconds * RATE)) / RATE
    phase = random.uniform(0, 2 * np.pi)
    rows = np.tile([0.0, 0.0, 9.81], (len(times), 1))
    if label == "circle":
        pace, size = random.uniform(0.8, 1.4), random.uniform(3, 5)
        rows[:, 0] += size * np.sin(2 * np.pi * pace * times + phase)
        rows[:, 1] += size * np.cos(2 * np.pi * pace * times + phase)
    elif label == "shake":
        rows[:, 0] += random.uniform(4, 8) * np.sin(2 * np.pi * random.uniform(3, 5) * times + phase)
    rows += random.normal(0, 0.3, rows.shape)
    return "".join(f"{x:.3f},{y:.3f},{z:.3f}\n" for x, y, z in rows)


def write_motion(
    folder: Path,
    *,
    people: int = 6,
    takes: int = 2,
    seconds: float = 4,
    labels: Sequence[str] = LABELS,
    groups: bool = True,
) -> Path:
    """Writes recordings into a folder for each label, and who made them into its `metadata.csv`."""
    random = np.random.default_rng(3)
    rows = ["file_name,label,group"]
    for label in labels:
        (folder / label).mkdir(parents=True, exist_ok=True)
        for person in range(people):
            for take in range(takes):
                name = f"{label}/{person}-{take}.csv"
                (folder / name).write_text(motion(label, random, seconds))
                rows.append(f"{name},{label},person {person}")
    if groups:
        (folder / "metadata.csv").write_text("\n".join(rows) + "\n")
    return folder


def write_machine(folder: Path, *, people: int = 12, faults: bool = True) -> Path:
    """Writes normal recordings of a slow circle, and faults that shake."""
    write_motion(folder, people=people, takes=2, labels=("circle", "shake") if faults else ("circle",))
    (folder / "circle").rename(folder / "normal")
    rows = (folder / "metadata.csv").read_text().replace("circle", "normal")
    (folder / "metadata.csv").write_text(rows)
    return folder
