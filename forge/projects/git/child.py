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

SECONDS = 60
"""How long one of them may take with all of it."""
AT_ONCE = 2
_turns = threading.BoundedSemaphore(AT_ONCE)


def answer_of(module: str, asked: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What a module of this package says to what it is asked, working in a folder, without the server's secrets.

    Raises `GitRefused` and `TooOften`.
    """
    if not _turns.acquire(blocking=False):
        raise TooOften("Other repositories are being read or written just now. Try again in a minute.", SECONDS)
    packages = str(Path(forge.__file__).resolve().parent.parent)
    environment = {"PATH": os.defpath, "PYTHONPATH": packages, "HOME": str(folder), "TMPDIR": str(folder)}
    try:
        ended = subprocess.run(
            [sys.executable, "-P", "-m", f"forge.projects.{module}"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitRefused(f"Reading it took longer than {SECONDS} seconds. Nothing was changed here.") from None
    finally:
        _turns.release()
    if ended.returncode != 0:
        raise GitRefused("This repository takes more memory, time or room than it may. Nothing was changed here.")
    said: dict[str, Any] = json.loads(ended.stdout)
    if "error" in said:
        raise GitRefused(said["error"])
    return said
