"""Databases that have their tables and nothing else: the migrations run once a kind for all tests of a run."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).resolve().parent.parent.parent.parent
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
    """A file of SQLite, to be copied."""

    def make(folder: Path) -> None:
        migrate({"DATA_DIR": str(folder)})

    return shared_folder("sqlite", make) / DATABASE


def migrate(variables: Mapping[str, str]) -> None:
    """Makes the tables of the installation that environment variables describe."""
    command = [sys.executable, "manage.py", "migrate", "-v", "0"]
    environment = {"PATH": os.environ["PATH"], **variables}
    subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, timeout=PATIENCE)


def shared_folder(name: str, make: Callable[[Path], None]) -> Path:
    """A folder whose content one process makes for all whose `SHARED` names the same folder."""
    folder = Path(os.environ.get(SHARED) or _own_folder().name)
    complete = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            incomplete = folder / f"{name}.incomplete"
            make(incomplete)
            incomplete.rename(complete)
    return complete
