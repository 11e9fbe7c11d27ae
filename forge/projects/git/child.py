"""Starting, limiting and ending the processes in which strangers' Git repositories are read. Knows no project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import forge
from forge.core.errors import TooOften
from forge.projects.errors import GitRefused

TIMEOUT_SECONDS = 60
"""How long one of them may take with all of it."""
MAX_PROCESSES = 2
_slots = threading.BoundedSemaphore(MAX_PROCESSES)


def run_child(module: str, job: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What a module of this package says to what it is asked, working in a folder, without the server's secrets.

    Raises `GitRefused` and `TooOften`.
    """
    if not _slots.acquire(blocking=False):
        raise TooOften("Other repositories are being read or written just now. Try again in a minute.", TIMEOUT_SECONDS)
    packages = str(Path(forge.__file__).resolve().parent.parent)
    environment = {"PATH": os.defpath, "PYTHONPATH": packages, "HOME": str(folder), "TMPDIR": str(folder)}
    try:
        process = subprocess.run(
            [sys.executable, "-P", "-m", f"forge.projects.{module}"],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitRefused(f"Reading it took longer than {TIMEOUT_SECONDS} seconds. Nothing was changed here.") from None
    finally:
        _slots.release()
    if process.returncode != 0:
        raise GitRefused("This repository takes more memory, time or room than it may. Nothing was changed here.")
    result: dict[str, Any] = json.loads(process.stdout)
    if "error" in result:
        raise GitRefused(result["error"])
    return result
