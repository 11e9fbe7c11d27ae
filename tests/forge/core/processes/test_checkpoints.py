"""SQLite's log is carried over into its file beside those who write, and begins anew however busy they are."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from forge.core.models import PeriodicRun
from forge.core.processes.checkpoints import PAGE_BYTES, Checkpoints, checkpoint, preallocate_log
from tests.support.patience import PATIENCE


def opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA wal_autocheckpoint=0")
    return database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "forge.sqlite3"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(opened(path)) as database:
        database.execute("CREATE TABLE line (text TEXT)")
        yield database


@pytest.fixture
def thread(path: Path, writer: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The connection of the thread that carries over."""
    with closing(opened(path)) as database:
        yield database


def write(database: sqlite3.Connection, lines: int) -> None:
    for _ in range(lines):
        database.execute("INSERT INTO line VALUES (?)", ("x" * 100,))


def lines_without_the_log(path: Path) -> int:
    """The lines in the file itself."""
    copy = path.with_name("copy.sqlite3")
    copy.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(copy)) as database:
        return int(database.execute("SELECT count(*) FROM line").fetchone()[0])


def test_what_was_written_is_carried_over_and_the_log_begins_anew(
    path: Path, writer: sqlite3.Connection, thread: sqlite3.Connection
) -> None:
    write(writer, 50)
    assert checkpoint(thread) > 50
    assert lines_without_the_log(path) == 50
    write(writer, 1)
    assert checkpoint(thread) < 5


def test_what_was_stored_is_carried_over_while_someone_writes(
    path: Path, writer: sqlite3.Connection, thread: sqlite3.Connection
) -> None:
    write(writer, 50)
    writer.execute("BEGIN IMMEDIATE")
    write(writer, 1)
    checkpoint(thread, long=0)
    assert lines_without_the_log(path) == 50
    writer.execute("COMMIT")
    assert checkpoint(thread) > 50


def test_a_long_log_begins_anew_once_its_readers_are_gone(
    writer: sqlite3.Connection, thread: sqlite3.Connection, path: Path
) -> None:
    with closing(opened(path)) as reader:
        write(writer, 50)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM line").fetchone()
        write(writer, 50)
        assert checkpoint(thread, long=10) > 100
        write(writer, 1)
        assert checkpoint(thread, long=10) > 100
        reader.execute("COMMIT")
    checkpoint(thread, long=10)
    write(writer, 1)
    assert checkpoint(thread, long=10) < 5


def test_the_log_is_made_long_without_anything_in_it(
    path: Path, writer: sqlite3.Connection, thread: sqlite3.Connection
) -> None:
    write(writer, 3)
    preallocate_log(thread, pages=500)
    log = path.with_name(path.name + "-wal")
    size = log.stat().st_size
    assert size > 450 * PAGE_BYTES
    assert path.stat().st_size <= 2 * PAGE_BYTES
    write(writer, 50)
    assert log.stat().st_size == size
    assert writer.execute("SELECT count(*) FROM line").fetchone() == (53,)
    assert writer.execute("SELECT name FROM sqlite_master").fetchall() == [("line",)]
    assert checkpoint(thread) < 70


@pytest.mark.django_db(transaction=True)
def test_the_servers_database_is_carried_over_by_a_connection_of_its_own(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("this database looks after its own log")
    own = Checkpoints()
    PeriodicRun.objects.create(name="kept", due=timezone.now())
    carrying = threading.Thread(target=own.checkpoint)
    carrying.start()
    carrying.join(PATIENCE)
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(Path(connection.settings_dict["NAME"]).read_bytes())
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT name FROM core_periodicrun").fetchall() == [("kept",)]
    patience = connection.cursor().execute("PRAGMA busy_timeout").fetchone()[0]
    assert patience > 1000, "those who write wait for each other as before"
    own.close()  # from another thread than the one that opened it
    own.close()
