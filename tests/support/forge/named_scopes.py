"""The texts that name scopes: strings of Python, templates, and paragraphs of the documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from forge.accounts.scopes import Scope

_RESOURCES = "|".join(sorted({scope.partition(":")[0] for scope in Scope}))
_ACTIONS = "|".join(sorted({scope.partition(":")[2] for scope in Scope}))
_NAME = re.compile(rf"\b(?:{_RESOURCES}):(?:{_ACTIONS})\b")
_ENDINGS = tuple(sorted({f":{scope.partition(':')[2]}".encode() for scope in Scope}))
"""An ending that each text with a scope has: looking for these first is quick."""
_PACKAGES = ("forge", "rune", "hmr", "lab")
_DOCUMENTS = ("docs/guides", "docs/reference/api.md", "docs/adr", "docs/tutorial.md", "README.md")
_OTHERS = (("templates", "*.html"), ("frontend/src", "*.ts*"))


def named_scopes(text: str) -> set[str]:
    """Returns what is written as a scope, declared or not."""
    return set(_NAME.findall(text))


@cache
def texts_with_scopes(root: Path) -> Sequence[tuple[Path, str]]:
    """Returns each text that names a scope, with its file. The declaration itself is none of them."""
    return [
        (path.relative_to(root), text) for path, text in _texts(root) if path.name != "scopes.py" and named_scopes(text)
    ]


def _texts(root: Path) -> Iterator[tuple[Path, str]]:
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            yield from ((path, text) for text in _strings(_read(path)))
    for document in _DOCUMENTS:
        place = root / document
        for path in sorted(place.rglob("*.md")) if place.is_dir() else [place]:
            yield from ((path, paragraph) for paragraph in _read(path).split("\n\n"))
    for folder, pattern in _OTHERS:
        for path in sorted((root / folder).rglob(pattern)):
            yield path, _read(path)


def _read(path: Path) -> str:
    """Returns the text of a file; nothing of one that names no scope."""
    data = path.read_bytes()
    return data.decode() if any(ending in data for ending in _ENDINGS) else ""


def _strings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
