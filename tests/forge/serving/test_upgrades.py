"""An upgrade takes a backup first, keeps a few of them, and does not happen without one."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from forge.serving.database import BACKUPS, DatabaseUnusable, is_up_to_date, migrate_if_needed
from tests.forge.each_migration import each_migration, go_back

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = Path(settings.DATA_DIR) / BACKUPS


@pytest.fixture(scope="module")
def older_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database as it was before the newest migration of the floor under all apps, until a test upgrades it."""
    with django_db_blocker.unblock():
        graph = each_migration().loader.graph
        newest = graph.leaf_nodes("core")[0]
        go_back([next(node.key for node in graph.node_map[newest].parents if node.key[0] == "core")])
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


@pytest.mark.protects("operation/upgrades")
def test_without_room_for_the_backup_nothing_is_upgraded() -> None:
    FOLDER.write_text("no folder")
    with pytest.raises(DatabaseUnusable, match="UPGRADE_BACKUPS=0"):
        migrate_if_needed()
    assert not is_up_to_date()


@pytest.mark.protects("operation/upgrades")
def test_the_backup_has_the_tables_of_before_the_upgrade_and_the_oldest_go() -> None:
    FOLDER.mkdir()
    for number in range(5):
        (FOLDER / f"before-upgrade-2020010{number}-000000.tar").touch()
    assert migrate_if_needed()
    assert is_up_to_date()
    assert not migrate_if_needed()
    kept = sorted(file.name for file in FOLDER.iterdir())
    assert kept[:2] == ["before-upgrade-20200103-000000.tar", "before-upgrade-20200104-000000.tar"]
    assert len(kept) == 3
    with tarfile.open(FOLDER / kept[-1]) as tar:
        data = tar.extractfile("backup.json")
        assert data is not None
        described = json.load(data)
    leaves = {point for point in each_migration().loader.graph.leaf_nodes() if point[0] == "core"}
    assert not leaves & {tuple(point) for point in described["migrations"]}
    assert (FOLDER / kept[-1]).stat().st_mode & 0o777 == 0o600
