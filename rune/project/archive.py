"""Files, or a folder of a project, as one zip archive: the same files give the same bytes, wherever and whenever.

Nothing is compressed: what compression gives depends on the library's version, and weights hardly shrink.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from rune.project.files import DEFAULT_FILE_LIMIT, FileTooLarge, ProjectFiles
from rune.project.folders import folder_members, folder_path
from rune.wording import size_text

_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest time that the format can hold."""
_FILE_MODE, _FOLDER_MODE = 0o100644 << 16, (0o040755 << 16) | 0x10
_UNIX = 3


def zip_folder(files: ProjectFiles, folder: str, limit: int = DEFAULT_FILE_LIMIT) -> bytes:
    """The archive of a folder, paths relative to it, in their order; folders have entries too. Raises `FileError`."""
    start = folder_path(folder) + "/"
    size = 0
    members: dict[str, bytes] = {}
    for path in folder_members(files, folder):
        data = files.read(path)
        size += len(data)
        if size > limit:
            raise FileTooLarge(folder, f"its files have more than the limit of {size_text(limit)} in total")
        members[path.removeprefix(start)] = data
    return zip_files(members)


def zip_files(members: Mapping[str, bytes]) -> bytes:
    """The archive of files by their path, in their order; folders have entries too."""
    buffer = io.BytesIO()
    folders: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            parts = name.split("/")[:-1]
            for depth in range(1, len(parts) + 1):
                parent = "/".join(parts[:depth]) + "/"
                if parent not in folders:
                    folders.add(parent)
                    archive.writestr(_entry(parent, _FOLDER_MODE), b"")
            archive.writestr(_entry(name, _FILE_MODE), data)
    return buffer.getvalue()


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system = _UNIX
    entry.external_attr = mode
    return entry
