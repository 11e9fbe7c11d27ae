"""The files of a data set in a folder on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from rune.datasets.content.content import BadContent
from rune.datasets.layouts.containers.files import MAX_FILE_BYTES, MAX_FILES, DataFiles, SampleFileTooLarge, is_ignored


class DataFolder(DataFiles):
    """The files of a folder and of the folders in it. Links are not followed, and hidden files not read."""

    def __init__(self, root: Path) -> None:
        """Raises `BadContent` for a folder with too many files, and `OSError`."""
        self._root = root
        self.names = sorted(_names(root))
        self._name_set = frozenset(self.names)
        self.refusals = {}

    def __contains__(self, name: object) -> bool:
        return name in self._name_set

    def read(self, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
        if name not in self._name_set:
            raise BadContent("The folder does not have this file.")
        try:
            with (self._root / name).open("rb") as file:
                data = file.read(limit + 1)
        except OSError as error:
            raise BadContent(f"The file cannot be read: {error.strerror}.") from None
        if len(data) > limit:
            raise SampleFileTooLarge(limit)
        return data


def _names(root: Path) -> Iterator[str]:
    count = 0
    for parent, folders, files in os.walk(root, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for file in files:
            path = Path(parent, file)
            name = path.relative_to(root).as_posix()
            if file.startswith(".") or is_ignored(name) or path.is_symlink() or not path.is_file():
                continue
            count += 1
            if count > MAX_FILES:
                raise BadContent(f"The folder has more than {MAX_FILES:,} files.")
            yield name


def _raise(error: OSError) -> None:
    raise error
