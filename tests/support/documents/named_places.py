"""Places in the code that a page names: `path::name`, as in `forge/collab/rooms.py::Rooms.enter`, and plain paths."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_PATH = re.compile(
    r"`(?P<path>(?:benchmarks|docs|examples|forge|frontend|hmr|lab|rune|templates|tests|tools)/[\w./-]+)`"
)
_PLACE = re.compile(r"`(?P<path>[\w./-]+\.(?:py|ts|tsx))::(?P<name>[\w.]+)`")


def places_in(page: str) -> list[tuple[str, str]]:
    """The places that a page names, each as a path and a name in that file."""
    return [(match["path"], match["name"]) for match in _PLACE.finditer(page)]


def missing_places(page: str, root: Path) -> list[str]:
    """The places of a page that are not there: the file is gone, or defines no such name."""
    return [f"{path}::{name}" for path, name in places_in(page) if name not in _names(root / path)]


def paths_in(page: str) -> list[str]:
    """The files and folders that a page names. Placeholders (`rune/compiler/targets/<name>`) do not count."""
    return [match["path"] for match in _PATH.finditer(page)]


def missing_paths(page: str, root: Path) -> list[str]:
    """The files and folders of a page that are not there."""
    return [path for path in paths_in(page) if not (root / path).exists()]


@cache
def _names(file: Path) -> frozenset[str]:
    """The definitions of a file: functions and classes by their names, methods as `Class.method`."""
    if not file.is_file():
        return frozenset()
    text = file.read_text("utf-8")
    return frozenset(_python_names(ast.parse(text).body) if file.suffix == ".py" else _typescript_names(text))


def _python_names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + statement.name
        elif isinstance(statement, ast.ClassDef):
            yield prefix + statement.name
            yield from _python_names(statement.body, f"{prefix}{statement.name}.")


_TYPESCRIPT = re.compile(
    r"""
    ^(?:export\ )?(?:abstract\ )?class\ (?P<class>\w+)
    | ^(?:export\ )?(?:default\ )?(?:async\ )?(?:function|const)\ (?P<function>\w+)
    | ^\ \ (?:(?:private|static|readonly|async)\ )*\#?(?P<method>\w+)(?:\(|\ =\ (?:async\ )?\()
    | ^(?P<end>\})
    """,
    re.MULTILINE | re.VERBOSE,
)


def _typescript_names(text: str) -> Iterator[str]:
    """Definitions of formatted TypeScript: what a module defines stands at the margin, methods stand in by two."""
    owner = ""
    for match in _TYPESCRIPT.finditer(text):
        if match["class"]:
            owner = match["class"]
            yield owner
        elif match["function"]:
            owner = ""
            yield match["function"]
        elif match["method"] and owner:
            yield f"{owner}.{match['method']}"
        elif match["end"]:
            owner = ""
