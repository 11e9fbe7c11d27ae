"""Measures what days of counts in partitions cost and save on PostgreSQL, beside one table with the same indices."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import ROOT, CannotMeasure
from tests.support.servers.services import ServiceMissing, running_services

DEVICES = 100_000


def measure(devices: int = DEVICES) -> str:
    """Milliseconds of each step, in both forms by turns, in a program that has the models."""
    try:
        with TemporaryDirectory() as folder, running_services(durable=True) as services:
            environment = {**os.environ, **services.environment("days"), "DATA_DIR": str(Path(folder) / "data")}
            command = [sys.executable, "-m", "benchmarks.fleet.counts_in_tables", str(devices)]
            result = subprocess.run(
                command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=3000
            )
            return result.stdout.strip()
    except ServiceMissing as missing:
        raise CannotMeasure(str(missing)) from missing


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:]]
    sys.stdout.write(measure(*sizes) + "\n")
