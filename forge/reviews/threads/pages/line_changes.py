"""The text of a build's files line by line beside an earlier build's, for who reads them and talks about a line."""

from __future__ import annotations

from functools import partial

from forge.builds.models import Build
from forge.comparison.line_stretches import FileLines, stretches_of
from forge.projects.versions.store import available_files
from forge.reviews.threads.anchoring import text_of
from forge.reviews.threads.anchors import Anchor, AnchorKind
from rune.project.runefile import DEFAULT_RUNEFILE

MOST_FILES = 12


def changed_lines(before: Build | None, build: Build) -> tuple[FileLines, ...]:
    """The text files that differ from an earlier build's; without one, the Runefile as it is."""
    now = available_files(build.source)
    then = available_files(before.source) if before is not None else {}
    if before is None:
        changed = [path for path in now if path == DEFAULT_RUNEFILE]
    else:
        changed = [path for path in sorted(now) if path not in then or then[path]["digest"] != now[path]["digest"]]
    files: list[FileLines] = []
    for path in changed:
        text = text_of(now, path)
        if text is not None and len(files) < MOST_FILES:
            earlier = text_of(then, path)
            stretches = stretches_of((earlier or "").splitlines(), text.splitlines(), partial(_key_of, path))
            files.append(FileLines(path, stretches))
    return tuple(files)


def _key_of(path: str, number: int) -> str:
    return Anchor(AnchorKind.LINE, {"file": path, "line": number}).key
