"""Data folders of earlier states start with this version, lose nothing, and get the tables of a new one."""

from __future__ import annotations

import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.foreign.keep_data_folder import CONTENTS, DATA, FOLDER, contents_of
from tests.support.empty_database import empty_database
from tests.support.live_server import LiveServer

pytestmark = pytest.mark.foreign

ARCHIVES = sorted(FOLDER.glob("*.tar.gz"))


def test_there_is_a_kept_data_folder() -> None:
    assert ARCHIVES


@pytest.mark.protects("operation/upgrades")
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name.removesuffix(".tar.gz"))
def test_an_earlier_data_folder_starts_with_all_that_it_had(archive: Path, tmp_path: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    (tmp_path / DATA).chmod(0o700)
    before = json.loads((tmp_path / CONTENTS).read_text())
    server = LiveServer(tmp_path / DATA)
    server.start()
    try:
        server.sign_in(server.link())
        assert contents_of(server) == before
        assert server.build(before["project"])["state"] == "succeeded"
    finally:
        server.__exit__()
    assert tables_of(tmp_path / DATA / "forge.sqlite3") == tables_of(empty_database())


def test_a_database_with_another_table_is_told_apart(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    other.write_bytes(empty_database().read_bytes())
    assert tables_of(other) == tables_of(empty_database())
    for change in ("ALTER TABLE projects_project ADD COLUMN extra text", "CREATE INDEX one_more ON core_blob (size)"):
        with closing(sqlite3.connect(other)) as database:
            database.execute(change)
        assert tables_of(other) != tables_of(empty_database()), change
        other.write_bytes(empty_database().read_bytes())


def tables_of(path: Path) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Returns the columns and the indices of each table, without their order: a migration adds a column at the end."""
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: (
                frozenset(str(row[1:]) for row in database.execute(f'PRAGMA table_info("{name}")')),
                frozenset(_index(database, row) for row in database.execute(f'PRAGMA index_list("{name}")')),
            )
            for name in names
            if not name.startswith("sqlite_")
        }


def _index(database: sqlite3.Connection, row: tuple[int, str, int, str, int]) -> str:
    """Returns an index by its columns, since SQLite numbers those that it makes itself."""
    _, name, is_unique, _, is_partial = row
    columns = [column[2] for column in database.execute(f'PRAGMA index_info("{name}")')]
    return f"{columns} {is_unique} {is_partial}"
