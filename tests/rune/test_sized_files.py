"""The size of a project's file is known without reading it, by the same rules as its bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.project.files import FileMissing, FileNotInProject, FolderFiles, MemoryFiles, SizedFiles


def test_folders_and_memory_tell_the_size_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"12345")
    for files in (FolderFiles(tmp_path), MemoryFiles({"a.txt": b"12345"})):
        assert isinstance(files, SizedFiles)
        assert files.size("./a.txt") == 5
        with pytest.raises(FileMissing):
            files.size("b.txt")
        with pytest.raises(FileNotInProject):
            files.size("../a.txt")


def test_the_size_of_what_a_link_leads_out_to_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"12345")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(FileNotInProject):
        FolderFiles(tmp_path / "project").size("link")


@pytest.mark.protects("uploads/two-spellings")
def test_a_name_is_found_whether_its_accents_are_combining_or_not(tmp_path: Path) -> None:
    accented_name, combining_name = "\u00e9t\u00e9/\u00e9.txt", "e\u0301te\u0301/e\u0301.txt"
    (tmp_path / combining_name).parent.mkdir()
    (tmp_path / combining_name).write_bytes(b"12345")
    for files in (FolderFiles(tmp_path), MemoryFiles({combining_name: b"12345"})):
        assert files.paths() == (accented_name,)
        assert [files.read(path) for path in (accented_name, combining_name)] == [b"12345"] * 2
