"""A backup is brought up to date in its folder, and what is not as it was written is not restored."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import blob_path, put_bytes
from forge.core.models import Blob, Thread
from forge.serving.backup import restore
from forge.serving.backup.create_backup import create_backup
from forge.serving.backup.database_copy import BackupError
from tests.support.installations.backups import files
from tests.support.installations.small_disk import fill, small_disk

pytestmark = pytest.mark.django_db(transaction=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.protects("operation/stolen-backup")
def test_a_backup_gets_new_files_alone_and_loses_those_that_are_gone(tmp_path: Path) -> None:
    first, second = (put_bytes(data).digest for data in (b"first", b"second"))
    assert create_backup(tmp_path / "backup").new_files == 2
    (old,) = (tmp_path / "backup").glob("database-*")
    Blob.objects.filter(pk=first).delete()
    put_bytes(b"third")
    backup = create_backup(tmp_path / "backup")
    assert (backup.files, backup.new_files, backup.unreadable) == (2, 1, ())
    assert sorted(files(tmp_path / "backup").values()) == [b"second", b"third"]
    (new,) = (tmp_path / "backup").glob("database-*")
    assert new != old
    assert second.removeprefix("sha256:") in files(tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "backup").rglob("*") if path.is_file()} == {0o600}


def test_a_damaged_file_is_named_and_a_good_copy_of_it_stays(tmp_path: Path) -> None:
    owner = Thread.objects.create()
    digests = [put_bytes(data).digest for data in (b"kept", b"lost")]
    link_blobs(owner, digests, None)
    put_bytes(b"needed by nothing")
    for data in (b"lost", b"needed by nothing"):
        _path(put_bytes(data).digest).write_bytes(b"rust")
    with pytest.raises(CommandError, match=f"without 1 file.*\n{digests[1]}"):
        call_command("backup", tmp_path / "backup")
    assert list(files(tmp_path / "backup").values()) == [b"kept"]
    _path(digests[0]).write_bytes(b"rust")
    assert create_backup(tmp_path / "backup").unreadable == (digests[1],)
    assert list(files(tmp_path / "backup").values()) == [b"kept"]


def _path(digest: str) -> Path:
    path = blob_path(digest)
    assert path is not None
    return path


def test_the_keys_are_those_of_the_installation_alone(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    (tmp_path / "data" / "local-authority").mkdir(parents=True)
    (tmp_path / "data" / "local-authority" / ".DS_Store").write_bytes(b"of a file manager")
    (tmp_path / "data" / "local-authority" / "authority.key").write_bytes(b"key")
    create_backup(tmp_path / "backup")
    assert contents(tmp_path / "backup" / "keys") == {
        "secret-key": settings.SECRET_KEY.encode(),
        "local-authority/authority.key": b"key",
    }


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(BackupError, match="it has photos"):
        create_backup(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


@pytest.mark.protects("uploads/full-disk-of-jobs")
def test_a_backup_onto_a_full_disk_says_so_and_the_earlier_one_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16 << 20) as disk:
        create_backup(disk / "backup")
        before = contents(disk / "backup")
        put_bytes(os.urandom(1 << 20))
        filler = fill(disk)
        with pytest.raises(BackupError, match="full"):
            create_backup(disk / "backup")
        assert before.items() <= contents(disk / "backup").items()
        filler.unlink()
        assert create_backup(disk / "backup").new_files == 1


def _cut(folder: Path) -> None:
    (database,) = folder.glob("database-*")
    os.truncate(database, database.stat().st_size - 100)


def _flip(folder: Path) -> None:
    (database,) = folder.glob("database-*")
    data = bytearray(database.read_bytes())
    data[len(data) // 2] ^= 1
    database.write_bytes(data)


def _change_file(folder: Path) -> None:
    (file,) = (folder / "blobs" / "sha256").rglob("*/*")
    file.write_bytes(b"another")


@pytest.mark.protects("operation/changed-backup")
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_cut, "database-.* is not what its name says"),
        (_flip, "database-.* is not what its name says"),
        (_change_file, "sha256/.* is not what its name says"),
        (lambda folder: next(folder.glob("database-*")).unlink(), "is no backup"),
    ],
)
def test_a_backup_that_was_changed_is_refused_before_the_database_is_touched(
    tmp_path: Path, change: Callable[[Path], None], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_bytes(b"file")
    create_backup(tmp_path / "backup")
    change(tmp_path / "backup")
    monkeypatch.setattr(restore, "_has_data", lambda: False)
    with pytest.raises(BackupError, match=problem):
        restore.restore_backup(tmp_path / "backup")
    assert Blob.objects.count() == 1
