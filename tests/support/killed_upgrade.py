"""Upgrades a data folder, killed once at each step: `python tests/support/killed_upgrade.py TEMPLATE FOLDER ONE_IN`.

Every statement that changes tables, every migration and every step of the backup before is a step. Each time the folder
is TEMPLATE again; a process upgrades it and kills itself at the step; another one upgrades it to the end. A line of
JSON says what the folder is then. Of the steps about one in ONE_IN is tried, and always the first and the last.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
DATABASE = "forge.sqlite3"


class Steps:
    """Counts steps, and kills this process at one."""

    def __init__(self, fatal: int | None) -> None:
        self.count = 0
        self._fatal = fatal

    def step(self) -> None:
        if self.count == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1

    def around(self, owner: Any, name: str) -> None:
        """Makes a step before a function and one after it."""
        function: Callable[..., Any] = getattr(owner, name)

        @wraps(function)
        def stepping(*arguments: Any, **named: Any) -> Any:
            self.step()
            result = function(*arguments, **named)
            self.step()
            return result

        setattr(owner, name, stepping)


def upgrade(fatal: int | None) -> int:
    """Upgrades the folder of the settings; answers how many steps that took."""
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.executor import MigrationExecutor

    from forge.serving.backup import archive, create_backup
    from forge.serving.start import database

    steps = Steps(fatal)
    for owner, name in (
        (BaseDatabaseSchemaEditor, "execute"),
        (MigrationExecutor, "apply_migration"),
        (MigrationExecutor, "record_migration"),
        (create_backup, "copy_database"),
        (archive.ArchiveWriter, "add"),
        (archive.ArchiveWriter, "add_bytes"),
        (os, "fsync"),
        (Path, "replace"),
        (Path, "unlink"),
    ):
        steps.around(owner, name)
    database.check_database()
    database.migrate_if_needed()
    return steps.count


def in_process(act: Callable[[], int]) -> tuple[int, int]:
    """Acts in a process of its own; answers the number that it gave, and its status."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        try:
            os.write(writing, str(act()).encode())
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    return int(text or -1), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def state_of(folder: Path) -> dict[str, Any]:
    """The state of a folder: rows by table, whether the database is whole, and its files."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(tables)}
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        foreign = database.execute("PRAGMA foreign_key_check").fetchall()
    backups = sorted((folder / "backups").glob("before-upgrade-*.tar")) if (folder / "backups").exists() else []
    return {
        "rows": rows,
        "whole": whole == "ok" and not foreign,
        "backups": [_names(path) for path in backups],
        "left": sorted(
            path.name
            for path in (*folder.glob("*backup-*"), *(folder / "backups").glob(".*"), *folder.glob("upgrade-*"))
        ),
    }


def _names(path: Path) -> list[str]:
    with tarfile.open(path) as tar:
        return tar.getnames()


def main(template: Path, folder: Path, one_in: int) -> None:
    os.environ["DATA_DIR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "forge.settings"
    sys.path.insert(0, str(REPOSITORY))
    _lay(template, folder)
    import django

    django.setup()
    from tests.support.shares import in_share

    print(json.dumps({"before": state_of(folder)}), flush=True)
    _lay(template, folder)
    count, status = in_process(lambda: upgrade(None))
    print(json.dumps({"steps": count, "status": status, **state_of(folder)}), flush=True)
    for fatal in range(count):
        if fatal not in (0, count - 1) and one_in > 1 and not in_share(f"step {fatal}", one_in):
            continue
        _lay(template, folder)
        _, killed = in_process(lambda fatal=fatal: upgrade(fatal))  # type: ignore[misc]
        _, status = in_process(lambda: upgrade(None))
        print(json.dumps({"step": fatal, "killed": killed, "status": status, **state_of(folder)}), flush=True)


def _lay(template: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
    folder.chmod(0o700)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
