"""Empty projects: the files of a project that has no template, and whether there are others."""

from __future__ import annotations

from collections.abc import Iterable

from forge.projects.files.contents import list_files
from forge.projects.files.document import FileEntry
from forge.projects.models import Project
from rune.project.runefile import DEFAULT_RUNEFILE

BLANK_RUNEFILE = b"""\
version: 1
image: runicos/base

pipeline:
"""
"""The Runefile of a project without a template: its pipeline has no stages yet."""


def is_empty(project: Project) -> bool:
    """Returns whether nobody has put anything into the project's files yet."""
    return holds_nothing(list_files(project))


def holds_nothing(files: Iterable[FileEntry]) -> bool:
    """Returns whether these files are none, or the blank Runefile alone."""
    blank_text = BLANK_RUNEFILE.decode().strip()
    return all(
        file.path == DEFAULT_RUNEFILE and file.text is not None and file.text.strip() in ("", blank_text)
        for file in files
    )
