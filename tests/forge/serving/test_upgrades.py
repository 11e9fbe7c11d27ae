"""An upgrade takes a backup first, keeps a few of them, and does not happen without one."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from forge.serving.database import BACKUPS, DatabaseUnusable, is_up_to_date, migrate_if_needed
from tests.forge.each_migration import each_migration, go_back

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = Path(settings.DATA_DIR) / BACKUPS


@pytest.fixture(autouse=True)
def older_database() -> Iterator[None]:
    """The database as it was before the newest migration of the floor under all apps."""
    graph = each_migration().loader.graph
    newest = graph.leaf_nodes("core")[0]
    go_back([next(node.key for node in graph.node_map[newest].parents if node.key[0] == "core")])
    try:
        yield
    finally:
        for file in FOLDER.glob("*") if FOLDER.is_dir() else ():
            file.unlink()
        FOLDER.rmdir() if FOLDER.is_dir() else FOLDER.unlink(missing_ok=True)
        migrate_if_needed()
        for file in FOLDER.glob("*"):
            file.unlink()


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


def test_without_room_for_the_backup_nothing_is_upgraded() -> None:
    FOLDER.write_text("no folder")
    with pytest.raises(DatabaseUnusable, match="UPGRADE_BACKUPS=0"):
        migrate_if_needed()
    assert not is_up_to_date()
