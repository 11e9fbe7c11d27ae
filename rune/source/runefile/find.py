"""Says which file of a project is its Runefile. Knows names alone; nothing is read but to see whether it is there."""

from __future__ import annotations

from collections.abc import Collection

from rune.project.files import FileError, FileMissing, ProjectFiles, SizedFiles
from rune.project.runefile import DEFAULT_RUNEFILE

RUNEFILE_NAMES = (DEFAULT_RUNEFILE, "Runefile.yaml", "Runefile")
"""The names that a Runefile can have; the first that a project has is its Runefile."""


def find_runefile(paths: Collection[str]) -> str:
    """The Runefile among a project's paths; `Runefile.yml` when none of them is one."""
    return next((name for name in RUNEFILE_NAMES if name in paths), DEFAULT_RUNEFILE)


def runefile_in(files: ProjectFiles) -> str:
    """The same for a project whose files are not listed: a folder may hold very many others."""
    for name in RUNEFILE_NAMES:
        try:
            if isinstance(files, SizedFiles):
                files.size(name)
            else:
                files.read(name)
        except FileMissing:
            continue
        except FileError:
            return name  # It is there; its reader says why it cannot be read.
        return name
    return DEFAULT_RUNEFILE
