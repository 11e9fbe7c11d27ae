"""Folders of a project, which knows its files alone: a folder is there when a file is in it."""

from __future__ import annotations

from rune.project.files import ProjectFiles, normal_path


def folder_path(path: str) -> str:
    """The normal path of a folder, which may be written with `/` at its end. Raises `FileError`."""
    return normal_path(path.rstrip("/") if path.strip("/") else path)


def folder_members(files: ProjectFiles, folder: str) -> tuple[str, ...]:
    """The normal paths of all files below a folder; none when there is no such folder. Raises `FileError`."""
    start = folder_path(folder) + "/"
    return tuple(path for path in files.paths() if path.startswith(start))
