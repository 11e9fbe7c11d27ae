"""The answers of tools about the files of a project and what is wrong with them."""

from __future__ import annotations

from typing import Final

from rune.source.runefile import DiagnosticJson
from rune.tools.mcp.declarations import DataOfOthers, ToolAnswer

LONGEST_TEXT: Final = 64 * 1024
"""Characters of texts that one call reads."""
MOST_TEXTS: Final = 50
"""Texts that one call reads."""
MOST_PROBLEMS: Final = 50
"""Problems that one call names."""


class UsableProject(ToolAnswer):
    """A project that you may use."""

    name: str
    description: DataOfOthers | None
    page: str


class ProjectsAnswer(ToolAnswer):
    """The projects that you may use."""

    projects: list[UsableProject]


class FileRow(ToolAnswer):
    """A file: its size in bytes, and the digest that an edit names."""

    path: str
    size: int
    digest: str
    is_text: bool


class ProjectProblem(ToolAnswer):
    """A problem of a Runefile, a block or forge.yml. Lines count from 1."""

    severity: str
    code: str
    message: str
    file: str
    line: int
    notes: list[str]
    fixes: list[str]


class ProjectAnswer(ToolAnswer):
    """The files of a project, the texts that were asked for, and the problems. `page` is for people, and empty where
    there is none."""

    files: list[FileRow]
    texts: list[DataOfOthers]
    problems: list[ProjectProblem]
    can_be_built: bool
    page: str


class CheckAnswer(ToolAnswer):
    """The problems of a project or a draft, with the fixes that an editor offers."""

    problems: list[ProjectProblem]
    can_be_built: bool


def problem_of(row: DiagnosticJson) -> ProjectProblem:
    """Returns a problem as tools answer it."""
    return ProjectProblem(
        severity=row["severity"],
        code=row["code"],
        message=row["message"],
        file=row["file"],
        line=row["span"]["start"]["line"],
        notes=row["notes"],
        fixes=[each["title"] for each in row["fixes"]],
    )
