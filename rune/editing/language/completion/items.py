"""A completion, and how the text that it writes fits into the line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum

from rune.editing.language.facts.place import TextCursor
from rune.source.runefile import Span


class CompletionKind(Enum):
    """The kind of a completion, for the icon beside it."""

    KEY = "key"
    STAGE = "stage"
    CAPABILITY = "capability"
    BLOCK = "block"
    ARGUMENT = "argument"
    VALUE = "value"
    TYPE = "type"
    FILE = "file"
    RESOURCE = "resource"
    SNIPPET = "snippet"


@dataclass(frozen=True)
class Completion:
    """One thing that can be written.

    `detail` is a few words beside the label, `documentation` Markdown. `insert` replaces the span of the list. In a
    snippet it has fields that a person fills in, `${1:name}`; a `$`, `}` or `\\` that is text has a `\\` before it, and
    lines after the first are indented relative to it.
    """

    label: str
    kind: CompletionKind
    insert: str
    detail: str = ""
    documentation: str = ""
    is_snippet: bool = False


@dataclass(frozen=True)
class Completions:
    """The completions in place of `span`, best first."""

    span: Span
    items: tuple[Completion, ...]


_PLAIN = re.compile(r"[\w./$][\w./$@#-]*\Z")


def escaped(text: str) -> str:
    """A text as part of a snippet."""
    return re.sub(r"([\\$}])", r"\\\1", text)


def without_fields(snippet: str) -> str:
    """A snippet as plain text, each field with what stands in it."""
    return re.sub(r"\$\{\d+(?::([^}]*))?\}|\\([\\$}])", lambda match: match[1] or match[2] or "", snippet)


def literal_at(text: str, cursor: TextCursor) -> str:
    """A value as it stands in the text: in the quotes that are there, or in its own where it needs them."""
    if cursor.quote == '"':
        return json.dumps(text, ensure_ascii=False)[1:-1]
    if cursor.quote == "'":
        return text.replace("'", "''")
    return text if _PLAIN.match(text) else json.dumps(text, ensure_ascii=False)


def key(
    label: str,
    cursor: TextCursor,
    *,
    value: str = "",
    detail: str = "",
    documentation: str = "",
    kind: CompletionKind = CompletionKind.KEY,
) -> Completion:
    """A key with its colon, unless that is there; `value` is a snippet of what goes behind it."""
    space = " " if cursor.needs_space else ""
    if cursor.has_colon or cursor.quote:
        return Completion(label, kind, space + label, detail, documentation)
    text = f"{space}{escaped(label)}:{'' if value.startswith(chr(10)) else ' '}{value}"
    return Completion(label, kind, text, detail, documentation, is_snippet=bool(value))


def value(
    label: str,
    kind: CompletionKind,
    cursor: TextCursor,
    *,
    detail: str = "",
    documentation: str = "",
    in_list: bool = False,
) -> Completion:
    """A single value; `in_list` where a list should stand and none was begun."""
    text = literal_at(label, cursor)
    if in_list and not cursor.quote:
        text = f"- {text}" if cursor.is_alone and not cursor.is_flow else f"[{text}]"
    return Completion(label, kind, (" " if cursor.needs_space else "") + text, detail, documentation)
