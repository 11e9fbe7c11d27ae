"""The tables that a first start makes at once are those that the migrations make one after another."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.conftest import REPOSITORY
from tests.foreign.storage.test_data_folders import tables_of
from tests.support.servers.empty_database import DATABASE, empty_database, migrate
from tests.support.servers.services import ServiceMissing, Services, running_services

pytestmark = pytest.mark.foreign

STEP_BY_STEP = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
executor.migrate(executor.loader.graph.leaf_nodes())
call_command("migrate", verbosity=0)
"""
AUTOMATIC = re.compile(r"\b\w+_[0-9a-f]{8}(_\w+)?\b")
SHAPE = {
    "columns": """SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length,
        is_identity FROM information_schema.columns WHERE table_schema = 'public'""",
    "indices": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}
"""PostgreSQL's description of its tables, without the order of columns."""


def migrate_step_by_step(variables: dict[str, str]) -> None:
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "forge.settings", **variables}
    subprocess.run([sys.executable, "-c", STEP_BY_STEP], cwd=REPOSITORY, env=environment, check=True, timeout=300)


@pytest.mark.slow
@pytest.mark.protects("operation/upgrades")
def test_the_tables_of_sqlite_are_those_of_the_migrations(tmp_path: Path) -> None:
    migrate_step_by_step({"DATA_DIR": str(tmp_path)})
    stepwise = tmp_path / DATABASE
    assert tables_of(stepwise) == tables_of(empty_database())
    assert beside_tables(stepwise) == beside_tables(empty_database())
    assert rows_of(stepwise) == rows_of(empty_database())


def without_names(statement: str) -> str:
    """A statement without the names that Django makes of columns: a column that is renamed leaves its index the old."""
    return AUTOMATIC.sub("*", statement)


@pytest.mark.parametrize(
    ("statement", "left"),
    [
        ('CREATE INDEX "reviews_review_asked_by_id_0c3f9a1b" ON x (y)', 'CREATE INDEX "*" ON x (y)'),
        ("CREATE INDEX reviews_asked_by_id_0c3f9a1b_like ON x (y)", "CREATE INDEX * ON x (y)"),
        ('CREATE INDEX "entries_without_a_position" ON x (y)', 'CREATE INDEX "entries_without_a_position" ON x (y)'),
    ],
)
def test_only_names_that_nobody_declared_are_left_out(statement: str, left: str) -> None:
    assert without_names(statement) == left


def beside_tables(path: Path) -> list[str]:
    """The statements of indices and triggers."""
    with closing(sqlite3.connect(path)) as database:
        statements = database.execute("SELECT sql FROM sqlite_master WHERE type != 'table' AND sql IS NOT NULL")
        return sorted(without_names(statement) for (statement,) in statements)


def rows_of(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        # SQLite counts a table's numbers from the first row that it ever had.
        return {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in names
            if not name.startswith("sqlite_")
        }


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    try:
        with running_services() as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.proof
def test_the_tables_of_postgresql_are_those_of_the_migrations(services: Services, tmp_path: Path) -> None:
    at_once, stepwise = services.empty_environment("at_once"), services.empty_environment("stepwise")
    migrate({**at_once, "DATA_DIR": str(tmp_path / "at_once")})
    migrate_step_by_step({**stepwise, "DATA_DIR": str(tmp_path / "stepwise")})
    for kind, question in SHAPE.items():
        assert answers(at_once, question) == answers(stepwise, question), kind


def answers(variables: dict[str, str], question: str) -> list[str]:
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        return sorted(without_names(repr(row)) for row in connection.execute(question.encode()))
