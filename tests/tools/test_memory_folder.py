"""The tests write into memory where the system has a folder of it with room, and else onto the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.test import memory_folder, temporary_folder

ROOM = 1 << 20


def meminfo(folder: Path, kilobytes: int) -> Path:
    path = folder / "meminfo"
    path.write_text(f"MemTotal: 99999999 kB\nMemAvailable:   {kilobytes} kB\n", "ascii")
    return path


def test_a_folder_with_room_is_taken(tmp_path: Path) -> None:
    assert memory_folder(tmp_path, meminfo(tmp_path, 2 << 10), ROOM) == tmp_path


def test_without_memory_for_the_tests_beside_it_the_disk_is(tmp_path: Path) -> None:
    assert memory_folder(tmp_path, meminfo(tmp_path, (2 << 10) - 1), ROOM) is None
    assert memory_folder(tmp_path, meminfo(tmp_path, 1 << 40), 1 << 60) is None


def test_where_the_system_has_none_the_disk_is(tmp_path: Path) -> None:
    memory = meminfo(tmp_path, 2 << 10)
    assert memory_folder(tmp_path / "nowhere", memory, ROOM) is None
    assert memory_folder(tmp_path, tmp_path / "nothing", ROOM) is None


def test_a_folder_from_which_no_program_may_run_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = meminfo(tmp_path, 2 << 10)
    as_it_is = os.statvfs(tmp_path)
    refusing = os.statvfs_result((*as_it_is[:8], as_it_is.f_flag | os.ST_NOEXEC, as_it_is[9]))
    monkeypatch.setattr(os, "statvfs", lambda path: refusing)
    assert memory_folder(tmp_path, memory, ROOM) is None


def test_another_user_gets_to_the_temporary_files_and_not_to_what_lies_beside_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    temporary = temporary_folder(tmp_path)
    assert temporary.parent == tmp_path
    assert temporary.stat().st_mode & 0o7777 == 0o1777
    assert tmp_path.stat().st_mode & 0o777 == 0o711
    assert temporary_folder(tmp_path) == temporary
