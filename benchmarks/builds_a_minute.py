"""How many builds a machine makes in a minute, by one worker and by more on the same machine."""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import CannotMeasure, table
from tests.foreign.build_farm import build_farm
from tests.services import ServiceMissing, running_services

WORKERS = (1, 2)
BUILDS = 30
"""For each number of workers."""
ORGANISATIONS = 5
LONGEST = 1800.0
"""Seconds."""


def measure() -> str:
    with TemporaryDirectory() as folder:
        rows = [(str(workers), f"{builds_a_minute(Path(folder), workers):.0f}") for workers in WORKERS]
    return (
        f"{BUILDS} builds of {ORGANISATIONS} organisations, asked for at once, with PostgreSQL and Redis on the same "
        "machine. Each is of other files without a model; it is checked, compiled and measured. A worker computes "
        f"as many builds at once as half of the {os.cpu_count()} cores, so a second one on the same machine uses what "
        "is left; one on a machine of its own adds as many as the first.\n\n"
        + table(["workers on this machine", "builds a minute"], rows)
    )


def builds_a_minute(folder: Path, workers: int) -> float:
    """From the first that is taken to the end of the last. Raises `CannotMeasure`."""
    try:
        with running_services(durable=True) as services, build_farm(services, folder / str(workers)) as farm:
            for _ in range(workers):
                farm.start_worker()
            begin = time.monotonic()
            farm.fill(ORGANISATIONS, BUILDS)
            results = farm.until_all_ended(LONGEST)
            seconds = time.monotonic() - begin
    except ServiceMissing as missing:
        raise CannotMeasure(str(missing)) from missing
    assert results.states == {"succeeded": BUILDS}, results
    return BUILDS * 60 / seconds
