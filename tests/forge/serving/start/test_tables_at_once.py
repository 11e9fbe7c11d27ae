"""An empty database gets all its tables at once or none; every other one is migrated step by step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import AddField, Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.models import IntegerField
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from forge.serving.start.tables_at_once import can_be_left_out, make_tables_at_once

ALIAS = "empty"
OTHERS = {"default": {"ENGINE": "django.db.backends.sqlite3"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "empty.sqlite3"


@pytest.fixture
def database(file: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """A database of SQLite without tables."""
    description = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    connections.settings[ALIAS] = ConnectionHandler({**OTHERS, ALIAS: description}).settings[ALIAS]
    with django_db_blocker.unblock():
        try:
            yield connections[ALIAS]
        finally:
            connections[ALIAS].close()
            del connections[ALIAS], connections.settings[ALIAS]


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as reading:
        return {row[0] for row in reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.mark.slow
def test_an_empty_database_has_every_table_and_lacks_no_migration(database: BaseDatabaseWrapper, file: Path) -> None:
    assert make_tables_at_once(database)
    assert {"projects_project", "django_session", "accounts_membership"} <= tables(file)
    executor = MigrationExecutor(database)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert not make_tables_at_once(database), "it is not empty any more"


@pytest.mark.slow
def test_the_tables_of_an_earlier_version_are_those_of_then(database: BaseDatabaseWrapper, file: Path) -> None:
    assert make_tables_at_once(database, [("accounts", "0001_initial")])
    assert "accounts_membership" in tables(file)
    assert "projects_project" not in tables(file)
    assert ("projects", "0001_initial") not in MigrationExecutor(database).loader.applied_migrations


def test_a_database_with_a_table_of_anyone_stays_as_it_is(database: BaseDatabaseWrapper, file: Path) -> None:
    with closing(sqlite3.connect(file)) as writing:
        writing.execute("CREATE TABLE of_another_program (name text)")
    assert not make_tables_at_once(database)
    assert tables(file) == {"of_another_program"}


@pytest.mark.slow
@pytest.mark.protects("operation/killed-upgrades")
def test_what_fails_in_the_middle_leaves_no_table(
    database: BaseDatabaseWrapper, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = MigrationExecutor.record_migration

    def full_disk(executor: MigrationExecutor, migration: Any) -> None:
        if migration.app_label == "webhooks":
            raise DatabaseError("database or disk is full")
        record(executor, migration)

    monkeypatch.setattr(MigrationExecutor, "record_migration", full_disk)
    with pytest.raises(DatabaseError, match="disk is full"):
        make_tables_at_once(database)
    assert tables(file) == set()


def migration_of(*operations: Any, atomic: bool = True) -> Migration:
    odd = type("Odd", (Migration,), {"operations": operations, "atomic": atomic})
    migration: Migration = odd("0002_odd", "projects")
    return migration


@pytest.mark.parametrize(
    ("migration", "can_be"),
    [
        (migration_of(AddField("project", "size", IntegerField(null=True))), True),
        (migration_of(RunSQL("SELECT 1"), RunPython(RunPython.noop)), True),
        (migration_of(SeparateDatabaseAndState()), False),
        (migration_of(RunSQL("SELECT 1"), atomic=False), False),
    ],
    ids=["a column", "statements", "tables that are not the models'", "no transaction"],
)
def test_a_migration_whose_effect_is_not_known_has_its_turn(
    migration: Migration, can_be: bool, database: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert can_be_left_out(migration) is can_be
    if not can_be:
        monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [(migration, False)])
        assert not make_tables_at_once(database)
