"""Templates: projects that work, from `examples/*/template.json`; a new project starts as a copy of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from forge.projects.errors import UnknownTemplate
from rune.files import FileError, FolderFiles


@dataclass(frozen=True)
class Template:
    """What a template's card says, and which files its project starts with."""

    name: str
    title: str
    summary: str
    icon: str
    experimental: bool
    order: int
    paths: tuple[str, ...]
    folder: Path

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """The files of a new project."""
        files = FolderFiles(self.folder)
        for path in self.paths:
            yield path, files.read(path)


def list_templates() -> tuple[Template, ...]:
    """All templates whose files are there, in their own order: the one that a newcomer is offered comes first."""
    found = [template for path in sorted(_folder().glob("*/template.json")) if (template := _read(path)) is not None]
    return tuple(sorted(found, key=lambda template: (template.order, template.title)))


def find_template(name: str) -> Template:
    """A template by name. Raises `UnknownTemplate`."""
    for template in list_templates():
        if template.name == name:
            return template
    names = ", ".join(template.name for template in list_templates()) or "none"
    raise UnknownTemplate(f"There is no template {name}. There are: {names}.")


def _folder() -> Path:
    return Path(settings.EXAMPLES_DIR)


def _read(path: Path) -> Template | None:
    """A template, or None while its description or a file that it names is not there."""
    try:
        described: dict[str, Any] = json.loads(path.read_text("utf-8"))
        paths = tuple(described["files"])
        files = FolderFiles(path.parent)
        present = set(files.paths())
        if not all(name in present for name in paths):
            return None
    except (OSError, ValueError, KeyError, TypeError, FileError):
        return None
    name = str(described.get("name", path.parent.name))
    return Template(
        name=name,
        title=str(described.get("title", name)),
        summary=str(described.get("summary", "")),
        icon=str(described.get("icon", "box")),
        experimental=bool(described.get("experimental", False)),
        order=int(described.get("order", 100)),
        paths=paths,
        folder=path.parent,
    )
