"""The description of a project, as text and as JSON: its pipeline, its files, and its number of problems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import FileError, ProjectFiles
from rune.running.container.graph import graph_json
from rune.source.runefile import CheckedRunefile, Severity, check, outline_to_json
from rune.tools.cli.files.project import ProjectOnDisk
from rune.tools.cli.inspection.rune_description import graph_text
from rune.wording import counted, printable

_TITLES = {"capability": "Capabilities", "model": "Models", "block": "Proc Blocks", "output": "Outputs"}
_MOST_FILES = 200


def project_json(project: ProjectOnDisk) -> dict[str, Any]:
    """The outline is that of `rune check --format json`."""
    checked_runefile = check(project.files, PUBLISHED_BLOCKS, runefile=project.runefile)
    errors, warnings = _counts(checked_runefile)
    return {
        "project": {
            "name": project.name,
            "form": checked_runefile.syntax.form.value,
            "runefile": {"path": project.runefile, "text": checked_runefile.source.text},
            "files": [{"path": path, "size": _size(project, path)} for path in _paths(project.files)],
            "errors": errors,
            "warnings": warnings,
        },
        "outline": outline_to_json(checked_runefile.outline),
    }


def project_text(project: ProjectOnDisk) -> Iterator[str]:
    """The pipeline as of a rune where it is right; else the stages that could be understood. A zune's Runefile too."""
    checked_runefile = check(project.files, PUBLISHED_BLOCKS, runefile=project.runefile)
    if checked_runefile.pipeline is not None:
        yield from graph_text(graph_json(checked_runefile.pipeline, project.name))
    else:
        yield f"Name: {printable(project.name)}"
        for kind, title in _TITLES.items():
            nodes = [node for node in checked_runefile.outline.nodes if node.kind == kind]
            if nodes:
                yield f"{title}:"
                yield from (f"- {printable(node.name)}: {printable(node.detail)}" for node in nodes)
    yield "Files:"
    paths = _paths(project.files)
    yield from (f"\t{printable(path)} ({_size(project, path)} bytes)" for path in paths[:_MOST_FILES])
    if len(paths) > _MOST_FILES:
        yield f"\tand {len(paths) - _MOST_FILES} more"
    if project.folder is None:
        yield f"{project.runefile}:"
        yield from (f"\t{printable(line)}" for line in checked_runefile.source.text.splitlines())
    errors, warnings = _counts(checked_runefile)
    yield f"Problems: {counted(errors, 'error')}, {counted(warnings, 'warning')}"
    for diagnostic in checked_runefile.diagnostics:
        if diagnostic.severity is Severity.ERROR:
            yield f"\t{diagnostic.span.start.line}: {printable(diagnostic.message)}"


def _counts(checked_runefile: CheckedRunefile) -> tuple[int, int]:
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in checked_runefile.diagnostics)
    return errors, len(checked_runefile.diagnostics) - errors


def _paths(files: ProjectFiles) -> tuple[str, ...]:
    return tuple(path for path in files.paths() if not Path(path).name.startswith("."))


def _size(project: ProjectOnDisk, path: str) -> int | None:
    """Bytes; None of a file that is gone or cannot be read."""
    try:
        if project.folder is not None:
            return (project.folder / path).stat().st_size
        return len(project.files.read(path))
    except (OSError, FileError):
        return None
