"""A folder becomes the same archive wherever and whenever it is packed."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from rune.project.archive import zip_folder
from rune.project.files import FileError, FileTooLarge, FolderFiles, MemoryFiles

CONTENTS = {"net/model.json": b"{}", "net/shards/b.bin": b"bb", "net/a.bin": b"a" * 5000, "network.txt": b"other"}


def test_an_archive_has_folders_and_files_in_order_with_paths_relative_to_the_folder() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_folder(MemoryFiles(CONTENTS), "./net/"))) as archive:
        assert archive.namelist() == ["a.bin", "model.json", "shards/", "shards/b.bin"]
        assert archive.read("a.bin") == b"a" * 5000
        assert archive.getinfo("shards/").is_dir()
        assert archive.testzip() is None


def test_neither_the_order_of_writing_nor_the_clock_changes_an_archive(tmp_path: Path) -> None:
    for folder, names, time in (("one", list(CONTENTS), 1e9), ("two", list(reversed(CONTENTS)), 1.5e9)):
        for name in names:
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(CONTENTS[name])
            os.utime(path, (time, time))
    archives = {zip_folder(FolderFiles(tmp_path / name), "net") for name in ("one", "two")}
    assert archives == {zip_folder(MemoryFiles(CONTENTS), "net")}


@pytest.mark.protects("runes/folders")
def test_a_folder_larger_than_the_limit_is_refused() -> None:
    with pytest.raises(FileTooLarge, match=r"more than the limit of 5\.0 kB in total"):
        zip_folder(MemoryFiles(CONTENTS), "net", 5000)


@pytest.mark.protects("runes/folders")
def test_a_folder_cannot_lie_outside_of_the_project() -> None:
    for path in ("../net", "/net", "/", ""):
        with pytest.raises(FileError):
            zip_folder(MemoryFiles(CONTENTS), path)
