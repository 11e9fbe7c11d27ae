"""Refuses a name of two classes: `python -m tools.checks.class_names`.

A reader who searches for `class Preview` finds one. A class is named after its thing (`FrameReader`,
`MirrorCredentials`), so that two things have two names. Tests and migrations are not read; each folder of `examples/`
is read by itself, because its scripts become files of a user's project.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.setup import ROOT

FRAMEWORK: Final = frozenset({"Command", "Config", "Handler", "Meta", "Migration"})
"""Names that a framework looks up in each module or class, such as Django's `Meta` and `Command`."""
SHARED: Final[Mapping[str, frozenset[str]]] = {
    "Build": frozenset({"forge/builds/models.py", "rune/tools/api/built.py"}),
    "DataSet": frozenset({"forge/datasets/models.py", "rune/tools/api/data.py"}),
    "Deployment": frozenset({"forge/deployments/models.py", "rune/tools/api/deployment.py"}),
    "Preview": frozenset({"forge/builds/models.py", "hmr/preview.py"}),
    "Rune": frozenset({"hmr/rune.py", "rune/tools/api/loading.py"}),
}
"""Public names of the Python packages `rune` and `hmr`, and the files that define them. Programs of users import them;
they stand for the things of the server that have the same name."""


def classes_of(source: str) -> Iterator[tuple[int, str]]:
    """The lines and names of the classes that a module defines, nested ones too. Raises `SyntaxError`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name


def repeated_classes(sources: Mapping[str, str]) -> Iterator[str]:
    """A message for each name that several classes of these modules have. `sources` are texts by path."""
    places: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for path, source in sorted(sources.items()):
        for line, name in classes_of(source):
            places[_room_of(path), name].append((path, line))
    for (_, name), definitions in sorted(places.items()):
        if len(definitions) > 1 and not _is_allowed(name, [path for path, _ in definitions]):
            text = ", ".join(f"{path}:{line}" for path, line in definitions)
            yield f"{text}: the class name {name}: name each class after its thing"


def unused_permissions(sources: Mapping[str, str]) -> Iterator[str]:
    """A message for each entry of `SHARED` whose files do not all define the class."""
    for name, paths in SHARED.items():
        for path in sorted(paths):
            if name not in {each for _, each in classes_of(sources.get(path, ""))}:
                yield f"{path}: it has no class {name} any more: remove it from SHARED in tools/checks/class_names.py"


def _room_of(path: str) -> str:
    parts = Path(path).parts
    return "/".join(parts[:2]) if parts[0] == "examples" and len(parts) > 2 else ""


def _is_allowed(name: str, paths: Sequence[str]) -> bool:
    return name in FRAMEWORK or (len(set(paths)) == len(paths) and SHARED.get(name, frozenset()) >= set(paths))


def sources_of(root: Path) -> dict[str, str]:
    """The tracked Python modules of a checkout by path, without tests and migrations."""
    command = ["git", "ls-files", "-z", "*.py"]
    tracked = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    names = [
        each for each in tracked.split("\0") if each and not each.startswith("tests/") and "/migrations/" not in each
    ]
    return {name: (root / name).read_text("utf-8") for name in names if (root / name).is_file()}


def main() -> int:
    sources = sources_of(ROOT)
    messages = [*repeated_classes(sources), *unused_permissions(sources)]
    for message in messages:
        print(message)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
