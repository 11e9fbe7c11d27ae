"""Refuses names and sentences that a stranger has to read twice: `python -m tools.checks.plain_words`.

A name says what a thing is (`versions`, `device`), not what happened to it (`found`, `given`). A sentence has a
subject, a verb and an object. Names of Python, of templates and those that a script declares are read here; ESLint
reads the others of the front end.
"""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.checks.participles import refused_participles
from tools.setup import ROOT

_VOCABULARY: dict[str, Any] = json.loads((ROOT / "tools/checks/plain_words.json").read_text("utf-8"))
WORDS: dict[str, str] = _VOCABULARY["words"]
"""Words that are refused as whole words of a name, and what to think of instead. ESLint reads the same file."""
NAMES: dict[str, str] = _VOCABULARY["names"]
"""Names that are refused as a whole outside tests: their words are terms elsewhere, such as the sides of a square."""
FOLDERS: dict[str, dict[str, str]] = _VOCABULARY["folders"]
"""Words that are refused below a folder of Python alone, because other folders still have them."""
UNREAD_FILES = {
    "tools/checks/plain_words.py": "has the words that it refuses",
    "tests/tools/test_plain_words.py": "has them too",
    "docs/proof.md": "has the names of tests, as `make prove` writes them",
    "static/player/1.js": "keeps its bytes for good: pages compare its digest",
}
"""Files that are not read, with the reason."""
TERMS = {("not", "found"), ("held", "out"), ("taken", "down")}
"""The field's own terms, which have such a word in them: an error of HTTP, data that a model was not trained on, and a
page that the operator removed."""
SCRIPTS = (".ts", ".tsx", ".js", ".mjs", ".cjs", ".css", ".c", ".h")
DICTATED_NAMES = {"connection_made", "Gone"}
"""Names of the standard library and of HTTP: a method that a class overrides, and the error of status 410."""

PHRASES = {
    r"\bmended\b|\bmend\b": "fixed, fix",
    r"\blaid open\b|\blay open\b|\blays open\b": "instrumented",
    r"\bnobody's\b": "say who, or what",
    r"\bwhat waits\b": "pending ...",
    r"(?<!there )\b(is|are) (?-i:none)\.": "is not valid, does not exist",
    r"\bof the gone\b": "of deleted ...",
    r"\b(is|are|was|were) told\b(?! apart)": "is notified, is reported, is shown, is sent",
    r"\bbehind a wall\b": "in a sandbox",
    r"\bis no slip of the pen\b": "is not a typing error",
    r"\bthe very same\b": "identical",
    r"\bno such thing\b": "does not exist",
    r"\bwhose it is\b": "its owner",
    r"\bwithout a word\b": "silently",
    r"\bthis is no\b(?! longer)": "this is not a valid ...",
    r"\bright answers\b": "accuracy, correct answers",
    r"\bhow many places\b": "say of which things: how many scores to return",
    r"\binto form\b": "format",
    r"\bwhoever\b": "anybody who, a person who, the person who, or the noun of the field",
    r"\bwent away\b": "was closed, was disconnected, was deleted",
}
"""Turns that are refused in docstrings, comments, messages, templates, and what to write instead."""
QUESTION: Final = r"(What|Whose|Whoever|Whom|(?:By|For|From|In|Of|On|To|With) what|For whom|Since when) "
"""The beginning of a comment that is a clause with a question word. "What a role allows" is "The rights of a role" for
a value, and "Returns the rights of a role" for a function."""
FRAGMENT: Final = r"(Of|Which|Whether (?:it|they)) "
"""The beginning of a docstring that is a part of a sentence: "Of the picture's height" is "The share of the height"."""

_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_DOCSTRING = re.compile(rf'[rf]*"{{3}}(?:{QUESTION}|{FRAGMENT})')
_COMMENT = re.compile(rf"#\s*{QUESTION}")
_SCRIPT_COMMENT = re.compile(
    rf"(?:^|[\s{{;])(?://|/\*\*?)\s*{QUESTION}|^\s*\*\s+{QUESTION}|/\*\*\s*{FRAGMENT}", re.MULTILINE
)
_DECLARATION = re.compile(r"\b(?:const|let|var|function|class|interface|type|enum)\s+([A-Za-z_]\w*)")
_TEMPLATE_TAG = re.compile(r"\{%(.*?)%\}|\{\{(.*?)\}\}")
_TEMPLATE_TEXT = re.compile(r'"[^"]*"|\'[^\']*\'')
_TEMPLATE_NAME = re.compile(r"(?<![|\w])[A-Za-z_]\w*")
_TEMPLATE_COMMENT = re.compile(rf"(?:\{{#|\{{% comment %\}})\s*{QUESTION}")
_PHRASES = [(re.compile(pattern, re.IGNORECASE), better) for pattern, better in PHRASES.items()]


@dataclass(frozen=True)
class Finding:
    """A place, what it says, and what to write instead."""

    path: str
    line: int
    text: str
    better: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}: {self.better}"


def refused_words_of(path: str) -> dict[str, str]:
    """The words that are refused in the names of a file, and what to think of instead."""
    return WORDS | {
        word: better for folder, words in FOLDERS.items() if path.startswith(folder) for word, better in words.items()
    }


def refused_word(name: str, words: Container[str] = frozenset(WORDS)) -> str | None:
    """The first refused word of an identifier in snake_case or CamelCase, or None."""
    parts: list[str] = [part.lower() for part in _PARTS.findall(name)]
    for before, part, after in zip(["", *parts], parts, [*parts[1:], ""], strict=False):
        if part in words and not {(before, part), (part, after)} & TERMS:
            return part
    return None


def refused_path(path: str) -> Iterator[Finding]:
    """The folders and the file of a path whose name has a refused word."""
    for part in Path(path).parts:
        word = refused_word(part)
        if word is not None:
            yield Finding(path, 1, f"the file name {part}", WORDS[word])


def refused_names(path: str, source: str) -> Iterator[Finding]:
    """The names that a Python module binds: functions, classes, parameters, variables and attributes.

    The name of a test function is a sentence, and is not looked at. Raises `SyntaxError`.
    """
    for node in ast.walk(ast.parse(source)):
        for line, name in _bindings(node):
            yield from _names(path, line, [name])


def refused_script_names(path: str, text: str) -> Iterator[Finding]:
    """The names that TypeScript or JavaScript declares: constants, variables, functions, classes and types."""
    if path.endswith((".css", ".c", ".h")):
        return
    for number, line in enumerate(text.splitlines(), 1):
        yield from _names(path, number, _DECLARATION.findall(line))


def refused_template_names(path: str, text: str) -> Iterator[Finding]:
    """The variables that a template reads and binds."""
    for number, line in enumerate(text.splitlines(), 1):
        for tag in _TEMPLATE_TAG.finditer(line):
            content = tag[1] or tag[2] or ""
            if content.split()[:1] != ["comment"]:
                yield from _names(path, number, _TEMPLATE_NAME.findall(_TEMPLATE_TEXT.sub('""', content)))


def _names(path: str, line: int, names: Iterable[str]) -> Iterator[Finding]:
    words = refused_words_of(path)
    for name in names:
        word = refused_word(name, words)
        if word is not None:
            yield Finding(path, line, f"the name {name}", words[word])
        elif name.strip("_") in NAMES and not path.startswith("tests/"):
            yield Finding(path, line, f"the name {name}", NAMES[name.strip("_")])


def _bindings(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) if (
            name.startswith("test_") or name in DICTATED_NAMES
        ):
            return
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield node.lineno, name
        case ast.arg(arg=name):
            yield node.lineno, name
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield node.lineno, name
        case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield node.lineno, name


def _participles(path: str, source: str) -> Iterator[Finding]:
    for line, name in refused_participles(path, source):
        yield Finding(path, line, f"the name {name}", "name the thing: a noun, or the participle before a noun")


def refused_phrases(path: str, text: str, first_line: int = 1) -> Iterator[Finding]:
    """The turns in a text: a docstring, a comment, a message, a template or a page."""
    for number, line in enumerate(text.splitlines(), first_line):
        for pattern, better in _PHRASES:
            match = pattern.search(line)
            if match:
                yield Finding(path, number, f"“{match[0]}”", better)


def refused_sentences(path: str, source: str) -> Iterator[Finding]:
    """The turns in the comments and string literals of a Python module."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield from refused_phrases(path, token.string, token.start[0])


def refused_comments(path: str, source: str) -> Iterator[Finding]:
    """The docstrings and comments of a Python module that begin with a question word."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        pattern = {tokenize.STRING: _DOCSTRING, tokenize.COMMENT: _COMMENT}.get(token.type)
        question = pattern.match(token.string) if pattern else None
        if question:
            yield _question(path, token.start[0], question)


def refused_script_comments(path: str, text: str) -> Iterator[Finding]:
    """The comments of TypeScript, JavaScript, CSS or C that begin with a question word, or one of whose lines does."""
    return _questions(path, text, _SCRIPT_COMMENT)


def refused_template_comments(path: str, text: str) -> Iterator[Finding]:
    """The comments of a template that begin with a question word."""
    return _questions(path, text, _TEMPLATE_COMMENT)


def _questions(path: str, text: str, pattern: re.Pattern[str]) -> Iterator[Finding]:
    for question in pattern.finditer(text):
        word = question.start(question.lastindex or 0)
        yield _question(path, text.count("\n", 0, word) + 1, question)


def _question(path: str, line: int, question: re.Match[str]) -> Finding:
    word = question[question.lastindex or 0]
    return Finding(
        path, line, f"a comment that begins with “{word}”", "begin with a noun, or with a verb such as Returns"
    )


def findings(root: Path) -> Iterator[Finding]:
    """Everything that is refused in the tracked files of a checkout."""
    output = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    for name in filter(None, output.split("\0")):
        path = root / name
        if name in UNREAD_FILES or not path.is_file():
            continue
        yield from refused_path(name)
        if name.endswith(".py") and "/migrations/" not in name:
            source = path.read_text("utf-8")
            yield from refused_names(name, source)
            yield from _participles(name, source)
            yield from refused_sentences(name, source)
            yield from refused_comments(name, source)
        elif name.endswith(SCRIPTS):
            text = path.read_text("utf-8")
            yield from refused_phrases(name, text)
            yield from refused_script_comments(name, text)
            yield from refused_script_names(name, text)
        elif name.endswith(".html"):
            text = path.read_text("utf-8")
            yield from refused_phrases(name, text)
            yield from refused_template_comments(name, text)
            yield from refused_template_names(name, text)
        elif name.endswith((".md", ".txt")):
            yield from refused_phrases(name, path.read_text("utf-8"))


def main() -> int:
    messages = list(map(str, findings(ROOT)))
    for message in messages:
        print(message)
    if messages:
        print(f"{len(messages)} names and sentences to write in plain English (CONTRIBUTING.md, How we write)")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
