"""Peers of the project that are compared with it: programs of other projects, in environments that are thrown away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.figure import CannotMeasure

SECONDS = 300.0


def environment_with(folder: Path, *packages: str, seconds: float = SECONDS) -> Path | None:
    """Returns the Python of a new environment with packages; None where they cannot be installed."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", *packages]
    process = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    return python if process.returncode == 0 else None


def answer_of(python: Path, script: Path, folder: Path, *arguments: Path | str, seconds: float = SECONDS) -> Any:
    """Returns the last line that a script prints, as JSON; `folder` has what it leaves behind. Raises
    `CannotMeasure`."""
    command = [python, script, *arguments]
    process = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=seconds, check=False)
    if process.returncode:
        raise CannotMeasure(f"{script.name} failed: {process.stderr[-300:]}")
    return json.loads(process.stdout.splitlines()[-1])
