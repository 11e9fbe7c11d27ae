"""Symbols that a page of docs/contributing names, such as `BuildPreferences` or `OpKind(refusal, ...)`: each is defined
in a file that the page names, or in the page's own code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.documents.named_places import paths_in

_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_SYMBOL = re.compile(r"\A@?(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)(?:\(.*\)|=.*)?\Z")
_FILE = re.compile(r"\.(?:json|md|py|tflite|yml)\Z")
_WORD = re.compile(r"[A-Za-z_]\w*")
_SCRIPT = re.compile(
    r"\b(?:const|function|class|interface|type|enum|get)\s+(\w+)"
    r"|^\s+(?:readonly |private |static |async )*#?(\w+)(?:\??:|\(.*\{$)",
    re.MULTILINE,
)
_OF_LIBRARIES = frozenset({"NotRequired", "require_POST"})


def symbols_in(page: str) -> list[str]:
    """The symbols that a page names outside its code, sorted: `name`, `Class.name`, `name(...)`, `name=...`."""
    snippets = [text for text in _CODE.findall(_BLOCK.sub("", page)) if not _FILE.search(text)]
    return sorted({match["name"] for text in snippets if (match := _SYMBOL.match(text))} - _OF_LIBRARIES)


def missing_symbols(page: str, root: Path) -> list[str]:
    """The symbols of a page that no file named there defines, nor the page's own code.

    A folder stands for all its files. A module of Python defines also its strings that are one word in lower or in
    capital letters, such as keys and variables of the environment. Other files than code define all of their words.
    """
    names = set(_WORD.findall("\n".join(_BLOCK.findall(page))))
    for path in paths_in(page):
        for file in _files(root / path):
            names |= _definitions(file) | set(_WORD.findall(file.stem)) | {file.parent.name}
    return [name for name in symbols_in(page) if not set(name.split(".")) <= names]


def _files(path: Path) -> list[Path]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [file for file in files if file.is_file() and "__pycache__" not in file.parts]


@cache
def _definitions(file: Path) -> frozenset[str]:
    match file.suffix:
        case ".py":
            return frozenset(_python_definitions(ast.parse(file.read_text("utf-8"))))
        case ".ts" | ".tsx":
            return frozenset(name for pair in _SCRIPT.findall(file.read_text("utf-8")) for name in pair if name)
        case ".md" | ".toml" | ".json" | ".yml" | ".h" | ".html":
            return frozenset(_WORD.findall(file.read_text("utf-8")))
        case _:
            return frozenset()


def _python_definitions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.Constant(value=str(text)) if _WORD.fullmatch(text) and (text.islower() or text.isupper()):
                yield text
