"""Measures how long it takes to read the models of the test data, and to refuse files that are no models."""

from __future__ import annotations

from benchmarks.compiler.model_reading import RUNS, readings, table
from benchmarks.compiler.models import test_data


def measure() -> str:
    return (
        f"Verified whole and read; the median of {RUNS}. A file that is no model is refused with the offset of what is "
        "wrong in it; the aim is under 100 ms.\n\n" + table(list(readings(test_data())))
    )
