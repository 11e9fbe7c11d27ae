"""A backup can be made and unpacked with any text in the tables and any file in the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from forge.core.audit.chain import digest_of
from forge.core.models import AuditEntry
from forge.serving.backup.archive import unpack
from forge.serving.backup.create_backup import create_backup
from forge.serving.backup.errors import BackupError
from tests.support.installations.backups import tables
from tests.support.installations.small_disk import fill, small_disk

pytestmark = pytest.mark.django_db(transaction=True)

HALF = "half \ud83d"
"""A text that JSON can carry and UTF-8 cannot."""


def unpacked(tmp_path: Path) -> Path:
    create_backup(tmp_path / "backup")
    folder = tmp_path / "inside"
    with (tmp_path / "backup").open("rb") as data:
        unpack(data, folder)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL stores no half of a character")
def test_half_a_character_in_a_table_stops_no_backup(tmp_path: Path) -> None:
    AuditEntry.objects.create(action="test.half", subject="x", data={"text": HALF})
    rows = tables(unpacked(tmp_path))["core.auditentry"]
    assert [row["data"] for row in rows if row["action"] == "test.half"] == [{"text": HALF}]


def test_half_a_character_has_a_digest() -> None:
    assert digest_of({"text": HALF}) != digest_of({"text": "half"})


@pytest.mark.slow
def test_what_others_left_beside_the_certificates_is_left_out(tmp_path: Path, settings: Any) -> None:
    data = tmp_path / "data"
    (data / "local-authority").mkdir(parents=True)
    (data / "local-authority" / ".DS_Store").write_bytes(b"of a file manager")
    (data / "local-authority" / "authority.key").write_bytes(b"key")
    settings.DATA_DIR = data
    keys = unpacked(tmp_path) / "keys"
    assert {str(path.relative_to(keys)) for path in keys.rglob("*") if path.is_file()} == {
        "secret-key",
        "local-authority/authority.key",
    }


@pytest.mark.protects("uploads/full-disk-of-jobs")
def test_a_backup_onto_a_full_disk_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        filler = fill(disk)
        with pytest.raises(BackupError, match=r"the disk is full\. Free some space, and make the backup again\."):
            create_backup(disk / "backup")
        assert list(disk.iterdir()) == [filler]
