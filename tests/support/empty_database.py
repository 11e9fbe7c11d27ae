"""A database of SQLite that has its tables and nothing else: the migrations run once for all tests of a run."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SHARED = "FORGE_TEST_SHARED"
"""Names the folder of what the processes of one run make once for all (tools/test.py)."""
DATABASE = "forge.sqlite3"
"""The name of the database in the data folder."""
PATIENCE = 300
"""Seconds in which the tables must be there, on a machine that is busy with other tests."""


@cache
def _own_folder() -> TemporaryDirectory[str]:
    """Removed when the process ends."""
    return TemporaryDirectory()


@cache
def empty_database() -> Path:
    """The file, to be copied. One process makes it for all whose `SHARED` names the same folder."""
    folder = Path(os.environ.get(SHARED) or _own_folder().name)
    data = folder / "migrated"
    with (folder / "migrating").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not data.exists():
            making = folder / "making"
            environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(making)}
            command = [sys.executable, "manage.py", "migrate", "-v", "0"]
            subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, timeout=PATIENCE)
            making.rename(data)
    return data / DATABASE
