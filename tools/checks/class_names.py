"""Refuses a name of two classes or of two exported types: `python -m tools.checks.class_names`.

A reader who searches for `class Preview` finds one. A class is named after its thing (`FrameReader`,
`MirrorCredentials`), so that two things have two names. Of tests, classes within a function are not read, which nobody
searches for; migrations are not read; each folder of `examples/` is read by itself, because its scripts become files of
a user's project. Of the front end, the classes, interfaces,
types and enums that a module exports are read; an export of another module's type is no second one.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.setup import ROOT

FRAMEWORK: Final = frozenset({"Command", "Config", "Handler", "Meta", "Migration"})
"""Names that a framework looks up in each module or class, such as Django's `Meta` and `Command`."""
SHARED_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "Build": frozenset({"forge/builds/models.py", "rune/tools/api/built.py"}),
    "DataSet": frozenset({"forge/datasets/models/data_sets.py", "rune/tools/api/data.py"}),
    "Deployment": frozenset({"forge/deployments/models.py", "rune/tools/api/deployment.py"}),
    "Preview": frozenset({"forge/builds/models.py", "hmr/preview.py"}),
    "Rune": frozenset({"hmr/rune.py", "rune/tools/api/loading.py"}),
}
"""Public names of the Python packages `rune` and `hmr`, and the files that define them. Programs of users import them;
they stand for the things of the server that have the same name."""
_EXPORTED_TYPE: Final = re.compile(
    r"^export (?:default )?(?:declare )?(?:abstract )?(?:class|interface|type|(?:const )?enum) (?P<name>\w+)",
    re.MULTILINE,
)
_OF_COMPONENTS: Final = "Props"
"""The name of the properties of a module's only component."""


def classes_of(source: str, in_functions: bool = True) -> Iterator[tuple[int, str]]:
    """The lines and names of the classes that a module defines, nested ones too; those within a function may be left
    out. Raises `SyntaxError`."""
    tree = ast.parse(source)
    for node in ast.walk(tree) if in_functions else tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name


def exported_types_of(source: str) -> Iterator[tuple[int, str]]:
    """The lines and names of the classes, interfaces, types and enums that a module of TypeScript exports."""
    for match in _EXPORTED_TYPE.finditer(source):
        if match["name"] != _OF_COMPONENTS:
            yield source.count("\n", 0, match.start()) + 1, match["name"]


def repeated_types(sources: Mapping[str, str]) -> Iterator[str]:
    """A message for each name that several types of these modules of TypeScript have. `sources` are texts by path."""
    places: dict[str, list[str]] = defaultdict(list)
    for path, source in sorted(sources.items()):
        for line, name in exported_types_of(source):
            places[name].append(f"{path}:{line}")
    for name, definitions in sorted(places.items()):
        if len(definitions) > 1:
            yield f"{', '.join(definitions)}: the type name {name}: name each type after its thing, or import it"


def repeated_classes(sources: Mapping[str, str]) -> Iterator[str]:
    """A message for each name that several classes of these modules have. `sources` are texts by path."""
    places: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for path, source in sorted(sources.items()):
        for line, name in classes_of(source, in_functions=not path.startswith("tests/")):
            places[_room_of(path), name].append((path, line))
    for (_, name), definitions in sorted(places.items()):
        if len(definitions) > 1 and not _is_allowed(name, [path for path, _ in definitions]):
            text = ", ".join(f"{path}:{line}" for path, line in definitions)
            yield f"{text}: the class name {name}: name each class after its thing"


def unused_permissions(sources: Mapping[str, str]) -> Iterator[str]:
    """A message for each entry of `SHARED_NAMES` whose files do not all define the class."""
    for name, paths in SHARED_NAMES.items():
        for path in sorted(paths):
            if name not in {each for _, each in classes_of(sources.get(path, ""))}:
                place = "SHARED_NAMES in tools/checks/class_names.py"
                yield f"{path}: it has no class {name} any more: remove it from {place}"


def _room_of(path: str) -> str:
    parts = Path(path).parts
    return "/".join(parts[:2]) if parts[0] == "examples" and len(parts) > 2 else ""


def _is_allowed(name: str, paths: Sequence[str]) -> bool:
    return name in FRAMEWORK or (len(set(paths)) == len(paths) and SHARED_NAMES.get(name, frozenset()) >= set(paths))


def sources_of(root: Path) -> dict[str, str]:
    """The tracked Python modules of a checkout by path, without migrations."""
    names = _tracked_files(root, "*.py")
    return _texts(root, (each for each in names if "/migrations/" not in each))


def script_sources_of(root: Path) -> dict[str, str]:
    """The tracked TypeScript modules of the front end by path, without tests."""
    names = _tracked_files(root, "frontend/src/*.ts", "frontend/src/*.tsx")
    return _texts(root, (each for each in names if ".test." not in each))


def _tracked_files(root: Path, *patterns: str) -> list[str]:
    command = ["git", "ls-files", "-z", *patterns]
    output = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return list(filter(None, output.split("\0")))


def _texts(root: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: (root / name).read_text("utf-8") for name in names if (root / name).is_file()}


def main() -> int:
    sources = sources_of(ROOT)
    scripts = script_sources_of(ROOT)
    messages = [*repeated_classes(sources), *unused_permissions(sources), *repeated_types(scripts)]
    for message in messages:
        print(message)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
