"""An upgrade that is undone: the database of before comes back, whatever its tables were."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.support.installations.backups import manage
from tests.support.servers.empty_database import DATABASE
from tests.support.servers.live_forge import LiveForge
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, Services, running_services

pytestmark = pytest.mark.foreign

RENAME = "ALTER TABLE projects_project RENAME COLUMN {} TO {}"
"""Gives a table a shape that no model of this version has."""


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    try:
        with running_services() as services:
            yield services
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.slow
@pytest.mark.protects("operation/upgrades")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_upgrade_is_undone_though_no_model_knows_the_earlier_tables(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    services = request.getfixturevalue("services") if database == "postgresql" else None
    settings = services.environment("undone") if services else {}
    with LiveServer(tmp_path / "data", settings) as server:
        organisation = server.organisation()
        server.api("POST", "projects", json={"organisation": organisation, "name": "kept", "template": "sine"})
        session, environment = dict(server.http.cookies), server.environment
    # The tables of an earlier version: an app is new, and a column has another name.
    run(environment, "migrate", "player", "zero")
    execute(environment, RENAME.format("description", "summary"))
    run(environment, "link")
    (backup,) = (tmp_path / "data" / "backups").iterdir()
    assert backup.stat().st_mode & 0o777 == 0o700

    if services:
        environment |= services.empty_environment("restored")
    else:
        (tmp_path / "data" / DATABASE).rename(tmp_path / "replaced")
    output = run(environment, "restore", str(backup))
    assert "Start the server to continue" in output
    execute(environment, RENAME.format("summary", "description"))
    if services:
        settings["DATABASE_URL"] = environment["DATABASE_URL"]
    with LiveForge(tmp_path / "data", settings) as again:
        page = httpx.get(f"{again.address}/{organisation}/kept/studio", cookies=session, trust_env=False)
        assert page.status_code == 200, "who was signed in still is"


@pytest.mark.slow
@pytest.mark.protects("operation/upgrades")
def test_a_copy_of_sqlite_of_another_version_is_refused_by_postgresql(tmp_path: Path, services: Services) -> None:
    with LiveServer(tmp_path / "data") as server:
        environment = server.environment
    run(environment, "migrate", "player", "zero")
    run(environment, "link")
    (backup,) = (tmp_path / "data" / "backups").iterdir()
    elsewhere = environment | services.empty_environment("elsewhere") | {"DATA_DIR": str(tmp_path / "elsewhere")}
    result = manage(elsewhere, "restore", str(backup))
    assert result.returncode == 1
    assert "This backup of SQLite is of another version" in result.stderr


def execute(environment: dict[str, str], statement: str) -> None:
    """Changes the database of an installation that does not run."""
    if address := environment.get("DATABASE_URL"):
        with psycopg.connect(address) as connection:
            connection.execute(statement.encode())
        return
    with closing(sqlite3.connect(Path(environment["DATA_DIR"]) / DATABASE)) as database, database:
        database.execute(statement)


def run(environment: dict[str, str], *arguments: str) -> str:
    """Runs a command of the program, which succeeds."""
    result = manage(environment, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
