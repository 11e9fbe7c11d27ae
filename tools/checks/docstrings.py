"""Refuses docstrings that begin as a part of a sentence: `python -m tools.checks.docstrings`.

It looks at the first sentence alone, and knows no grammar: docs/contributing/docstrings.md explains the rule.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from tools.checks.class_names import sources_of
from tools.checks.plain_words import Finding
from tools.setup import ROOT

FOLDERS: Final = (
    *("forge/", "rune/", "lab/", "hmr/", "hmrd/", "tools/", "benchmarks/", "examples/", "setup.py", "manage.py"),
    *(
        "tests/forge/",
        "tests/e2e/",
        "tests/foreign/",
        "tests/rune/",
        "tests/lab/",
        "tests/hmr/",
        "tests/hmrd/",
        "tests/tools/",
        "tests/proof/",
        "tests/support/",
    ),
    *("tests/contributing/", "tests/conformance/", "tests/examples/", "tests/conftest.py", "tests/test_"),
)
"""Beginnings of the paths whose docstrings are looked at."""

_OPENERS: Final = (
    "after|against|along|among|as|at|because|before|behind|between|beyond|by|during|for|from|if|in|inside|into|of|on|"
    "over|since|so that|than|that|though|through|to|towards|under|unless|until|what|whatever|when|whenever|where|"
    "wherever|which|while|who|whom|whose|why|with|within|without"
)
"""Prepositions, and words that begin a subordinate clause. A sentence begins with one only if a main clause follows
behind a comma, which does not begin with another."""
_JOINERS: Final = "also|and|but|not|only|or"
_PARTICIPLES: Final = "[a-z]*[^e ]ed|built|chosen|drawn|given|held|kept|known|made|seen|sent|shown|taken|told|written"
_END: Final = r"(?=[ ,.:;]|$)"
_SENTENCE: Final = "add a subject and a verb, or a noun"
_FRAGMENTS: Final = {
    rf"(?:{_OPENERS}){_END}(?![^.]*, (?!(?:{_OPENERS}|{_JOINERS}){_END}))": _SENTENCE,
    rf"(?:{_JOINERS}){_END}": _SENTENCE,
    rf"(?:{_PARTICIPLES})(?:[.,:]| (?:{_OPENERS}|{_JOINERS}){_END})": "name the thing before the participle",
    rf"(?:it|its|their|them|they|those){_END}": "name the thing",
    r"(?:[a-z]+ ){1,2}of (?:them|these|those)(?:[.,:]|$)": "name the things",
    r"(?:back from|none (?:for|if|in|when|where))\b": "begin with the thing that is read, or that may be None",
    r"one(?:[.,]| (?:more|that|which|who)\b)": "name the thing",
}
_CLAUSES: Final = {rf"(?:how|whether){_END}": "begin with a verb such as Returns, or with a noun"}
_PROPERTIES: Final = ("property", "cached_property")
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def refused_docstrings(path: str, source: str) -> Iterator[Finding]:
    """The docstrings of a Python module that begin as a fragment. Raises `SyntaxError`."""
    for line, text, is_value in _docstrings(ast.parse(source)):
        advice = _advice(" ".join(text.split()), is_value)
        if advice:
            beginning = " ".join(text.split()[:2])
            yield Finding(path, line, f"a docstring that begins with “{beginning}”", advice)


def _advice(text: str, is_value: bool) -> str | None:
    patterns = _FRAGMENTS if is_value else _FRAGMENTS | _CLAUSES
    return next((advice for pattern, advice in patterns.items() if re.match(pattern, text, re.IGNORECASE)), None)


def _docstrings(tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """The line and text of each docstring, and whether it describes a value: a property, a field or a constant."""
    for node in ast.walk(tree):
        if isinstance(node, _Documented):
            for before, statement in pairwise([node, *node.body]):
                if before is node or isinstance(before, ast.Assign | ast.AnnAssign):
                    match statement:
                        case ast.Expr(value=ast.Constant(value=str(text))):
                            yield statement.lineno, text, _is_value(before)


def _is_value(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef):
        return any(ast.unparse(each).rpartition(".")[2] in _PROPERTIES for each in node.decorator_list)
    return isinstance(node, ast.Assign | ast.AnnAssign)


def findings(root: Path) -> Iterator[Finding]:
    """The fragments in the tracked modules of a checkout that are below `FOLDERS`."""
    for path, source in sources_of(root).items():
        if path.startswith(FOLDERS):
            yield from refused_docstrings(path, source)


def main() -> int:
    messages = list(map(str, findings(ROOT)))
    for message in messages:
        print(message)
    if messages:
        print(f"{len(messages)} docstrings to write as sentences (docs/contributing/docstrings.md)")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
