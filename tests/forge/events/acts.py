"""Finds, by reading the code, which public functions tell of what they do: those from which `append_event` is reached.

Calls are followed by name: of functions and classes of a module, of what it imports, of methods by `self`. A class that
is made counts as all of its methods. So what is found is more than what is told in a single run, and never less.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TELLS = "forge.core.events.append_event"
Sources = Mapping[str, str]
"""The text of modules, by dotted name."""


@dataclass(frozen=True)
class _Module:
    imports: Mapping[str, str]
    """What a name of the module stands for elsewhere, dotted."""
    functions: Mapping[str, frozenset[str]]
    """What each function or class calls, dotted."""


def sources(package: Path) -> Sources:
    """The texts of a package's modules. Packages are named by their folder."""
    found = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text("utf-8")
    return found


def acts(texts: Sources) -> frozenset[str]:
    """The public functions that tell: of modules called `actions` or in packages of this name, and of those modules
    elsewhere that call `append_event` themselves, where machines write down what became of a build."""
    modules = {name: _read(name, text) for name, text in texts.items()}
    calls = {
        f"{module}.{name}": frozenset(_defined(modules, call) for call in called)
        for module, read in modules.items()
        for name, called in read.functions.items()
    }
    telling = {TELLS}
    while more := {name for name, called in calls.items() if name not in telling and called & telling}:
        telling |= more
    return frozenset(
        f"{module}.{name}"
        for module, read in modules.items()
        if "actions" in module.split(".") or any(TELLS in calls[f"{module}.{name}"] for name in read.functions)
        for name in read.functions
        if f"{module}.{name}" in telling and not name.startswith("_") and name[0].islower() and "." not in name
    )


def _defined(modules: Mapping[str, _Module], name: str) -> str:
    """Where a name is defined: a package may hand on what its modules define."""
    module, _, last = name.rpartition(".")
    seen = {name}
    while module in modules and last not in modules[module].functions and last in modules[module].imports:
        name = modules[module].imports[last]
        if name in seen:
            break
        seen.add(name)
        module, _, last = name.rpartition(".")
    return name


def _read(name: str, text: str) -> _Module:
    tree = ast.parse(text)
    imports = dict(_imported(tree))
    own = {node.name: f"{name}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    functions: dict[str, frozenset[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            functions[node.name] = frozenset(_called(node, {**imports, **own}))
    return _Module(imports, functions)


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _called(node: ast.AST, known: Mapping[str, str]) -> Iterator[str]:
    """What a function or a class names, called or handed on: `partial(finish, lease)` is a call of `finish` later."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id in known:
            yield known[each.id]
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id in known:
            yield f"{known[each.value.id]}.{each.attr}"
