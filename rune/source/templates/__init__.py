"""Templates: projects that work, each a folder with a `template.json`; a new project starts as a copy of one.

It says which there are and what is in them. The command and the web app decide where a copy goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rune.project.files import FileError, FolderFiles

_HERE = Path(__file__).resolve().parent
FOLDER = _HERE if any(_HERE.glob("*/template.json")) else _HERE.parents[2] / "examples"
"""The folder of the templates: in this package, into which `setup.py` copies them for a wheel, or in a checkout's
`examples`."""


@dataclass(frozen=True)
class Template:
    """The texts of a template's card, and the files of a new project."""

    name: str
    title: str
    summary: str
    icon: str
    experimental: bool
    order: int
    paths: tuple[str, ...]
    folder: Path

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """The files of a new project, by path."""
        files = FolderFiles(self.folder)
        for path in self.paths:
            yield path, files.read(path)


def list_templates(folder: Path | None = None) -> tuple[Template, ...]:
    """All templates whose files are there, in their own order: the one that a newcomer is offered comes first."""
    templates = [_read(path) for path in sorted((folder or FOLDER).glob("*/template.json"))]
    return tuple(
        sorted((each for each in templates if each is not None), key=lambda template: (template.order, template.title))
    )


def _read(path: Path) -> Template | None:
    """A template, or None while its description or a file that it names is not there."""
    try:
        description: dict[str, Any] = json.loads(path.read_text("utf-8"))
        paths = tuple(description["files"])
        if not set(paths) <= set(FolderFiles(path.parent).paths()):
            return None
    except (OSError, ValueError, KeyError, TypeError, FileError):
        return None
    name = path.parent.name
    return Template(
        name=name,
        title=str(description.get("title", name)),
        summary=str(description.get("summary", "")),
        icon=str(description.get("icon", "box")),
        experimental=bool(description.get("experimental", False)),
        order=int(description.get("order", 100)),
        paths=paths,
        folder=path.parent,
    )
