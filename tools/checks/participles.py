"""Refuses variables that are named after what happened to them: `known`, `chosen`. `tools.checks.plain_words` runs it.

A participle before a noun is plain (`known_labels`), so is one for yes or no (`locked: bool`). Fields of classes are
not looked at: many are columns of the database and keys of the API. Functions are not either: some change a value as
Python's `sorted` does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

_WORDS = """
added affected agreed allowed answered approved bought broken built cached called cancelled caught checked chosen
compared compiled composed computed converted copied counted damaged decided declared deleted described disputed done
drawn edited emitted entered exported fetched filled fixed generated got grown heard hidden hosted imported inserted
joined judged known learned linked listed loaded locked marked matched meant measured merged missed mounted moved
named needed offered opened ordered packed picked placed prepared pressed printed produced proven published pulled
pushed quoted raised received recorded refused removed renamed replaced reported requested required resolved restored
resumed returned revoked said saved sealed seen selected sent served settled shared shown spent staged stored taught
tested thought touched trained tried typed used verified wanted watched written
"""
PARTICIPLES: Final = frozenset(_WORDS.split())
"""Words that are no name of a variable, of a parameter or of a class, with underscores before or behind them or
without. Times (`started`), states (`failed`) and results of arithmetic (`rounded`) are not among them."""
DICTATED: Final = {("lab/refusal.py", "Refused"), ("forge/notices/actions.py", "done")}
"""Files and names that may stay: an exception, and the key of the API that says that a person is done with a notice."""


def refused_participles(path: str, source: str) -> Iterator[tuple[int, str]]:
    """The lines and the names that are a participle alone, of a Python module. Raises `SyntaxError`."""
    for line, name in _variables(ast.parse(source)):
        is_constant = name.isupper()
        if not is_constant and name.strip("_").lower() in PARTICIPLES and (path, name) not in DICTATED:
            yield line, name


def _variables(node: ast.AST, *, in_class: bool = False) -> Iterator[tuple[int, str]]:
    """The classes, parameters and variables that are bound below a node, with their lines."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.ClassDef(name=name):
                yield child.lineno, name
                yield from _variables(child, in_class=True)
            case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args) | ast.Lambda(args=args):
                yield from _parameters(args)
                yield from _variables(child)
            case ast.Name(id=name, ctx=ast.Store()):
                if not in_class:
                    yield child.lineno, name
            case _:
                yield from _variables(child, in_class=in_class)


def _parameters(arguments: ast.arguments) -> Iterator[tuple[int, str]]:
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if each.annotation is None or ast.unparse(each.annotation) != "bool":
            yield each.lineno, each.arg
