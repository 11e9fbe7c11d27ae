"""Data folders of earlier states start with this version, lose nothing, and get the tables of a new one."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.foreign.storage.folder_contents import contents_of
from tests.foreign.storage.keep_data_folder import CONTENTS, DATA, DUMP, FOLDER
from tests.support.servers.empty_database import empty_database
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, Services, program, running_services

pytestmark = pytest.mark.foreign

SUFFIX, POSTGRESQL = ".tar.gz", "-postgresql"


def name_of(archive: Path) -> str:
    """Returns the name under which an archive was kept."""
    return archive.name.removesuffix(SUFFIX)


_ALL = sorted(FOLDER.glob(f"*{SUFFIX}"), key=name_of)
"""All archives, the oldest first."""
ARCHIVES = [each for each in _ALL if not name_of(each).endswith(POSTGRESQL)]
"""The archives with a database of SQLite."""
DUMPS = [each for each in _ALL if name_of(each).endswith(POSTGRESQL)]
"""The archives with a dump of PostgreSQL."""


def test_there_are_kept_data_folders_of_both_databases() -> None:
    assert ARCHIVES
    assert DUMPS


@pytest.mark.protects("operation/upgrades")
@pytest.mark.parametrize(
    "archive",
    [pytest.param(each, marks=pytest.mark.proof, id=name_of(each)) for each in ARCHIVES[:-1]]
    + [pytest.param(each, id=name_of(each)) for each in ARCHIVES[-1:]],
)
def test_an_earlier_data_folder_starts_with_all_that_it_had(archive: Path, tmp_path: Path) -> None:
    unpack(archive, tmp_path)
    check_start(tmp_path, {})
    assert tables_of(tmp_path / DATA / "forge.sqlite3") == tables_of(empty_database())


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    try:
        with running_services() as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.proof
@pytest.mark.protects("operation/upgrades")
@pytest.mark.parametrize("archive", DUMPS, ids=name_of)
def test_an_earlier_database_of_postgresql_starts_with_all_that_it_had(
    archive: Path, services: Services, tmp_path: Path
) -> None:
    unpack(archive, tmp_path)
    variables = services.empty_environment(name_of(archive))
    load = [program("psql"), variables["DATABASE_URL"], "-qXv", "ON_ERROR_STOP=1", "-f", str(tmp_path / DUMP)]
    subprocess.run(load, check=True, stdout=subprocess.DEVNULL)
    check_start(tmp_path, variables)
    fresh = services.environment(f"new-{name_of(archive)}")
    assert columns_and_indices(variables["DATABASE_URL"]) == columns_and_indices(fresh["DATABASE_URL"])


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks an archive as somebody does who moves an installation."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (folder / DATA).chmod(0o700)


def check_start(folder: Path, environment: Mapping[str, str]) -> None:
    """Starts a server on an unpacked archive: people read what they read before, and the project builds."""
    before = json.loads((folder / CONTENTS).read_text())
    server = LiveServer(folder / DATA, environment)
    server.start()
    try:
        server.sign_in(server.link())
        assert contents_of(server) == before
        assert server.build(before["project"])["state"] == "succeeded"
    finally:
        server.__exit__()


def columns_and_indices(address: str) -> tuple[set[str], set[str]]:
    """Returns the columns of all tables of a database, and its indices, without the names that it makes itself."""
    with psycopg.connect(address) as database:
        columns = database.execute(
            "SELECT table_name, column_name, data_type, is_nullable, character_maximum_length"
            " FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
        indices = database.execute("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'").fetchall()
    return {str(row) for row in columns}, {f"{table} {text.partition(' USING ')[2]}" for table, text in indices}


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
