"""Writing below a folder: a link on the way is refused, and a failure leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rune.project.write_no_follow import make_beneath, remove_beneath, write_beneath

LINK = r"Not a directory|Too many levels|a link, or no regular file"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("as it was")
    return tmp_path / "root"


def test_a_file_is_written_replaced_and_removed_with_its_permissions(root: Path) -> None:
    write_beneath(root, "a/b/file", b"one")
    (root / "a" / "b" / "file").chmod(0o600)
    write_beneath(root, "a/b/file", b"two")
    assert (root / "a" / "b" / "file").read_bytes() == b"two"
    assert (root / "a" / "b" / "file").stat().st_mode & 0o777 == 0o600
    remove_beneath(root, "a/b/file")
    assert list((root / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("path", ["link/file", "link/new", "link/deep/new"])
def test_a_link_to_a_folder_is_not_followed(root: Path, path: str) -> None:
    (root / "link").symlink_to("../outside")
    with pytest.raises(OSError, match=LINK):
        write_beneath(root, path, b"x")
    with pytest.raises(OSError, match=LINK):
        remove_beneath(root, path)
    with pytest.raises(OSError, match=LINK):
        make_beneath(root, path)
    assert [each.name for each in (root.parent / "outside").iterdir()] == ["file"]


def test_a_link_to_a_file_is_neither_replaced_nor_removed(root: Path) -> None:
    (root / "link").symlink_to("../outside/file")
    with pytest.raises(OSError, match=LINK):
        write_beneath(root, "link", b"x")
    with pytest.raises(OSError, match=LINK):
        remove_beneath(root, "link")
    assert (root.parent / "outside" / "file").read_text() == "as it was"
    assert (root / "link").is_symlink()


def test_a_file_that_cannot_be_written_leaves_no_part(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(OSError, match="No space left"):
        write_beneath(root, "file", b"x")
    assert list(root.iterdir()) == []
