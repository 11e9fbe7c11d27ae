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

from tests.support.servers.progress import ProgressWatch

REPOSITORY = Path(__file__).resolve().parent.parent.parent.parent
SHARED = "FORGE_TEST_SHARED"
"""Names the folder of what the processes of one run make once for all (tools/test.py)."""
DATABASE = "forge.sqlite3"
"""The name of the database in the data folder."""


@cache
def _own_folder() -> TemporaryDirectory[str]:
    """Returns a folder that is removed when the process ends."""
    return TemporaryDirectory()


@cache
def empty_database() -> Path:
    """A file of SQLite, to be copied."""

    def make(folder: Path) -> None:
        migrate({"DATA_DIR": str(folder)})

    return shared_folder("sqlite", make) / DATABASE


def migrate(variables: Mapping[str, str]) -> None:
    """Makes the tables of the installation that environment variables describe. Waits for as long as that computes."""
    command = [sys.executable, "manage.py", "migrate", "-v", "0"]
    with subprocess.Popen(command, cwd=REPOSITORY, env={"PATH": os.environ["PATH"], **variables}) as process:
        watch = ProgressWatch(process.pid)
        while True:
            try:
                status = process.wait(1)
                break
            except subprocess.TimeoutExpired:
                if not watch.working():
                    process.kill()
                    raise
    if status:
        raise subprocess.CalledProcessError(status, command)


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
