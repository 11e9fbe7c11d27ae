"""Measures how many builds a machine makes in a minute: by one worker, by more, and what one with cores of its own
adds."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import CannotMeasure, table
from tests.support.farms.build_farm import build_farm
from tests.support.servers.services import ServiceMissing, running_services

Cores = frozenset[int]
BUILDS = 30
"""Builds for each number of workers."""
ORGANISATIONS = 5
LONGEST = 1800.0
"""Seconds."""


def measure() -> str:
    every = frozenset(os.sched_getaffinity(0))
    one, other = (frozenset({core}) for core in sorted(every)[:2])
    layouts: dict[str, Sequence[Cores]] = {
        f"1, with {len(every)} cores": [every],
        f"2, with the same {len(every)} cores": [every, every],
        "1, with one core": [one],
        "2, with one core each": [one, other],
    }
    with TemporaryDirectory() as folder:
        rows = [
            (name, f"{builds_a_minute(Path(folder) / str(number), cores):.0f}")
            for number, (name, cores) in enumerate(layouts.items())
        ]
    return (
        f"{BUILDS} builds of {ORGANISATIONS} organisations, asked for at once, with PostgreSQL and Redis on the same "
        "machine. Each is of other files without a model; it is checked, compiled and measured. A worker computes "
        f"as many builds at once as half of the {os.cpu_count()} cores. Two workers on the same cores share what one "
        "leaves; two with a core each are to one as a worker on a machine of its own is to the first, but that here "
        "PostgreSQL and Redis use the same cores.\n\n" + table(["workers", "builds a minute"], rows)
    )


def builds_a_minute(folder: Path, workers: Sequence[Cores]) -> float:
    """Returns the rate of workers on these cores, from the first build that one takes to the end of the last. Raises
    `CannotMeasure`."""
    try:
        with running_services(durable=True) as services, build_farm(services, folder) as farm:
            for cores in workers:
                with on_cores(cores):
                    farm.start_worker()
            begin = time.monotonic()
            farm.fill(ORGANISATIONS, BUILDS)
            results = farm.until_all_ended(LONGEST)
            seconds = time.monotonic() - begin
    except ServiceMissing as missing:
        raise CannotMeasure(str(missing)) from missing
    assert results.states == {"succeeded": BUILDS}, results
    return BUILDS * 60 / seconds


@contextmanager
def on_cores(cores: Cores) -> Iterator[None]:
    """Restricts processes that are started meanwhile, and their children, to these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
