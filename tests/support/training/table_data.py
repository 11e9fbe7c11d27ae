"""Small tables for tests: a machine's temperature, current, pressure and power in three states, drawn by rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

LABELS = ("idle", "running", "worn")
HEADER = "temperature,current,pressure,power"
_STATES = {"idle": (20.0, 0.1, 101_300.0), "running": (45.0, 2.0, 101_900.0), "worn": (60.0, 2.4, 101_100.0)}
_SPREADS = (3.0, 0.1, 150.0)


def machine_rows(label: str, random: np.random.Generator, count: int) -> Iterator[str]:
    """Rows of a state. The power follows from current and temperature; the pressure says nothing about it."""
    for _ in range(count):
        temperature, current, pressure = random.normal(_STATES[label], _SPREADS)
        power = 230 * current * (1 - 0.002 * temperature) + random.normal(0, 5)
        yield f"{temperature:.3f},{current:.4f},{pressure:.1f},{power:.3f}"


def write_tables(folder: Path, count: int, length: int = 12) -> Path:
    """Writes `count` tables of each label into a folder for each."""
    random = np.random.default_rng(8)
    for label in LABELS:
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            text = "\n".join((HEADER, *machine_rows(label, random, length)))
            (folder / label / f"{number:02}.csv").write_text(f"{text}\n")
    return folder


def write_labelled_table(path: Path, *, rows: int) -> None:
    """Writes one table with a column of labels, in turn."""
    random = np.random.default_rng(9)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"label,{HEADER}"]
    for number in range(rows):
        label = LABELS[number % len(LABELS)]
        lines.append(f"{label},{next(iter(machine_rows(label, random, 1)))}")
    path.write_text("\n".join(lines) + "\n")
