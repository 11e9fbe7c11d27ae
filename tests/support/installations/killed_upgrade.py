"""Upgrades a data folder from each state in which an upgrade that is killed leaves it.

`python tests/support/installations/killed_upgrade.py TEMPLATE FOLDER`: every statement that changes tables, every
migration and every step of the backup before is a step. One process upgrades a copy of TEMPLATE and stops at each
step, until its files are copied as a kill would leave them. Steps that leave the same state count as one: the same
files, and the same rows and tables once SQLite has taken back what was not committed. Then each state is upgraded to
the end. Some steps are tried with a real kill, to see that it leaves what was copied there. A line of JSON says each
outcome.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
DATABASE = "forge.sqlite3"
KILLS = 8
"""Steps that are tried with a real kill."""
WORKERS = os.cpu_count() or 1
OnStep = Callable[[int], None]


class Steps:
    """Counts steps, and calls a function before each with its number."""

    def __init__(self, on_step: OnStep) -> None:
        self.count = 0
        self._on_step = on_step

    def step(self) -> None:
        self._on_step(self.count)
        self.count += 1

    def around(self, owner: Any, name: str) -> None:
        """Makes a step before a function and one after it."""
        function: Callable[..., Any] = getattr(owner, name)

        @wraps(function)
        def stepping(*arguments: Any, **keywords: Any) -> Any:
            self.step()
            result = function(*arguments, **keywords)
            self.step()
            return result

        setattr(owner, name, stepping)


def upgrade(on_step: OnStep) -> int:
    """Upgrades the folder of the settings; answers how many steps that took."""
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.executor import MigrationExecutor

    from forge.serving.backup import create_backup
    from forge.serving.start import database

    # Django makes the classes of all models anew for most migrations; looking for garbage meanwhile takes a third.
    gc.disable()
    steps = Steps(on_step)
    for owner, name in (
        (BaseDatabaseSchemaEditor, "execute"),
        (MigrationExecutor, "apply_migration"),
        (MigrationExecutor, "record_migration"),
        (create_backup, "copy_database"),
        (os, "fsync"),
        (Path, "replace"),
        (Path, "unlink"),
        (shutil, "rmtree"),
    ):
        steps.around(owner, name)
    database.check_database()
    database.migrate_if_needed()
    return steps.count


def go_on(step: int) -> None:
    """Lets an upgrade pass a step."""


def kill_at(fatal: int) -> OnStep:
    """Kills the process at a step."""

    def kill(step: int) -> None:
        if step == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


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


def stopped_at_each_step(at_step: OnStep) -> tuple[int, int]:
    """Upgrades in a process of its own, which waits at each step until `at_step` was called here; answers how many
    steps that took, and the status of the process. Only the other process has the database open, as after a kill."""
    (stop_reader, stop_writer), (pass_reader, pass_writer) = os.pipe(), os.pipe()

    def wait(step: int) -> None:
        os.write(stop_writer, b"s")
        os.read(pass_reader, 1)

    pid = os.fork()
    if not pid:
        os.close(stop_reader)
        os.close(pass_writer)
        try:
            upgrade(wait)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    os.close(stop_writer)
    os.close(pass_reader)
    step = 0
    while os.read(stop_reader, 1):
        at_step(step)
        step += 1
        os.write(pass_writer, b"p")
    os.close(stop_reader)
    os.close(pass_writer)
    return step, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def distinct_states(template: Path, folder: Path, states: Path) -> tuple[list[int], int]:
    """Copies the states at the steps of an upgrade to folders in `states` by number; answers the state of each step,
    and the status of the upgrade."""
    number_of: dict[str, int] = {}
    of_steps: list[int] = []

    def keep(step: int) -> None:
        copy = states / str(len(number_of))
        _lay(folder, copy)
        number = number_of.setdefault(_digest_of(copy, states / "recovered"), len(number_of))
        if copy != states / str(number):
            shutil.rmtree(copy)
        of_steps.append(number)

    _lay(template, folder)
    _, status = stopped_at_each_step(keep)
    return of_steps, status


def _digest_of(folder: Path, scratch: Path) -> str:
    """A digest of what the next start meets: the rows and tables of the database after SQLite recovered it, and all
    other files. Another copy is recovered, because the log of the database goes with that."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\n".encode())
        if not path.name.startswith(DATABASE):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for path in folder.glob(f"{DATABASE}*"):
        shutil.copy(path, scratch)
    with closing(sqlite3.connect(scratch / DATABASE)) as database:
        for kind, name, sql in _objects(database):
            digest.update(f"{kind} {name} {sql}\n".encode())
            if kind == "table":
                for row in database.execute(f'SELECT * FROM "{name}"'):
                    digest.update(repr(row).encode())
    return digest.hexdigest()


def _objects(database: sqlite3.Connection) -> list[tuple[str, str, str]]:
    return database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def state_of(folder: Path) -> dict[str, Any]:
    """The state of a folder: rows by table, a digest of the tables, whether the database is whole, and its files."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        objects = _objects(database)
        tables = [name for kind, name, _ in objects if kind == "table"]
        rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        foreign = database.execute("PRAGMA foreign_key_check").fetchall()
    backups = sorted((folder / "backups").glob("before-upgrade-*"))
    return {
        "rows": rows,
        "tables": hashlib.sha256(repr(objects).encode()).hexdigest(),
        "whole": whole == "ok" and not foreign,
        "backups": [_names(path) for path in backups],
        "left": sorted(path.name for path in (*(folder / "backups").glob(".*"), *folder.glob("upgrade-*"))),
    }


def _names(path: Path) -> list[str]:
    return [re.sub(r"^database-.*\.", "database.", str(file.relative_to(path))) for file in path.rglob("*")]


def main(template: Path, folder: Path) -> None:
    _set_up(template, folder)
    states = folder.with_name("states")
    shutil.rmtree(states, ignore_errors=True)
    states.mkdir()
    before = state_of(folder)
    print(json.dumps({"before": before}), flush=True)
    of_steps, status = distinct_states(template, folder, states)
    whole = state_of(folder)
    migrations = whole["rows"]["django_migrations"] - before["rows"]["django_migrations"]
    print(json.dumps({"steps": len(of_steps), "status": status, "migrations": migrations, **whole}), flush=True)
    for step in range(0, len(of_steps), max(1, len(of_steps) // KILLS)):
        _lay(template, folder)
        _, exit_status = in_process(lambda step=step: upgrade(kill_at(step)))  # type: ignore[misc]
        _lay(states / str(of_steps[step]), folder.with_name("copied"))
        copy = state_of(folder.with_name("copied"))
        print(json.dumps({"step": step, "killed": exit_status, "left": state_of(folder), "copied": copy}), flush=True)
    others = [_beside(states, folder.with_name(f"upgraded-{number}"), number) for number in range(1, WORKERS)]
    resume(states, folder, 0)
    for process in others:
        outcomes, _ = process.communicate()
        print(outcomes, end="", flush=True)
        if process.returncode:
            raise SystemExit("A process that upgraded its share of the states failed.")


def _beside(states: Path, folder: Path, worker: int) -> subprocess.Popen[str]:
    """A process that upgrades its share of the states, with a data folder of its own."""
    command = [sys.executable, __file__, str(states), str(folder), str(worker)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def resume(states: Path, folder: Path, worker: int) -> None:
    """Upgrades a worker's share of the states to the end."""
    for number in range(worker, sum(path.name.isdigit() for path in states.iterdir()), WORKERS):
        _lay(states / str(number), folder)
        _, status = in_process(lambda: upgrade(go_on))
        print(json.dumps({"state": number, "status": status, **state_of(folder)}), flush=True)


def _set_up(template: Path, folder: Path) -> None:
    os.environ["DATA_DIR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "forge.settings"
    sys.path.insert(0, str(REPOSITORY))
    _lay(template, folder)
    import django

    django.setup()
    _lay(template, folder)


def _lay(template: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
    folder.chmod(0o700)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        _set_up(Path(sys.argv[1]) / "0", Path(sys.argv[2]))
        resume(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
