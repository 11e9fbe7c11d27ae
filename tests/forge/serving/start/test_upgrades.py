"""An upgrade takes a backup first, keeps a few of them, and does not happen without one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import DjangoDbBlocker

from forge.serving.start.database import BACKUPS, DatabaseUnusable, is_up_to_date, migrate_if_needed

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = Path(settings.DATA_DIR) / BACKUPS
NEW_APP = "player"
"""An app without which every other one works: no migration depends on its own."""


@pytest.fixture(scope="module")
def older_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without the tables of one app, as if the app were new in this version."""
    with django_db_blocker.unblock():
        MigrationExecutor(connection).migrate([(NEW_APP, None)])
        try:
            yield
        finally:
            migrate_if_needed()
            _tidy()


@pytest.fixture(autouse=True)
def _without_backups(older_database: None) -> Iterator[None]:
    yield
    _tidy()


def _tidy() -> None:
    if FOLDER.is_dir():
        shutil.rmtree(FOLDER)
    FOLDER.unlink(missing_ok=True)


@pytest.mark.slow
@pytest.mark.protects("operation/upgrades")
def test_without_room_for_the_backup_nothing_is_upgraded() -> None:
    FOLDER.write_text("no folder")
    with pytest.raises(DatabaseUnusable, match="UPGRADE_BACKUPS=0"):
        migrate_if_needed()
    assert not is_up_to_date()


@pytest.mark.slow
@pytest.mark.protects("operation/upgrades")
def test_the_backup_has_the_tables_of_before_the_upgrade_and_the_oldest_go() -> None:
    FOLDER.mkdir()
    for number in range(5):
        (FOLDER / f"before-upgrade-2020010{number}-000000").mkdir()
    assert migrate_if_needed()
    assert is_up_to_date()
    assert not migrate_if_needed()
    backups = sorted(file.name for file in FOLDER.iterdir())
    assert backups[:2] == ["before-upgrade-20200103-000000", "before-upgrade-20200104-000000"]
    assert len(backups) == 3
    (copy,) = (FOLDER / backups[-1]).glob("database-*")
    assert copy.stat().st_mode & 0o777 == 0o600
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(copy)) as database:
            apps = {app for (app,) in database.execute("SELECT app FROM django_migrations")}
        assert "projects" in apps
        assert NEW_APP not in apps


@pytest.mark.slow
def test_a_data_folder_of_another_version_is_refused_and_stays_as_it_is() -> None:
    migrate_if_needed()
    recorder = MigrationRecorder(connection)
    recorder.record_applied("accounts", "0002_device_sign_in")
    recorder.record_applied("core", "0003_audit_names_principals")
    before = _applied()
    try:
        with pytest.raises(DatabaseUnusable, match=r"accounts\.0002_device_sign_in and 1 other") as error:
            migrate_if_needed()
        assert "With history" in str(error.value)
        assert _applied() == before
    finally:
        recorder.record_unapplied("accounts", "0002_device_sign_in")
        recorder.record_unapplied("core", "0003_audit_names_principals")


@pytest.mark.slow
def test_a_migration_of_another_package_that_is_gone_is_no_reason_to_refuse() -> None:
    migrate_if_needed()
    recorder = MigrationRecorder(connection)
    recorder.record_applied("socialaccount", "9999_of_a_newer_package")
    try:
        assert not migrate_if_needed()
    finally:
        recorder.record_unapplied("socialaccount", "9999_of_a_newer_package")


def _applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())
