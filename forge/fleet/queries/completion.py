"""Suggestions where somebody writes a query: fields, operators and values, with the range that they replace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from forge.fleet.queries.conditions import QueryScope
from forge.fleet.queries.counted_values import label_keys
from forge.fleet.queries.errors import BadQuery
from forge.fleet.queries.fields import FIELDS, QueryField, field_of, label_field
from forge.fleet.queries.states import STATES
from forge.fleet.queries.syntax import STATE_FIELD, QueryOperator, QueryTerm, quoted

MOST_SUGGESTIONS = 20
_TOKEN = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*(?:"|\\?$))*', re.DOTALL)
_VALUE = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|\\?$))*', re.DOTALL)
_HEAD = re.compile(rf"-?(?:(?P<state>{STATE_FIELD}:)|(?P<field>(?:label:)?[a-z][a-z0-9_-]*)(?P<sign>!=|!~|[=<>~]))")


class QueryPart(StrEnum):
    """The part of a query that a suggestion is."""

    FIELD = "field"
    OPERATOR = "operator"
    VALUE = "value"


@dataclass(frozen=True)
class QuerySuggestion:
    """A suggestion: the text to put in, what it is, and how many devices have it; None where nobody counted."""

    kind: QueryPart
    text: str
    description: str = ""
    count: int | None = None


@dataclass(frozen=True)
class QueryCompletion:
    """Suggestions for a place of a query. Each replaces the text from `start` to `end`."""

    start: int
    end: int
    items: tuple[QuerySuggestion, ...]


def complete(text: str, at: int, scope: QueryScope) -> QueryCompletion:
    """Returns what may stand where the cursor is: a field, or a value of the field before it."""
    start, end = _part_at(_TOKEN, text, 0, at)
    head = _HEAD.match(text, start, end)
    if head is None or at < head.end():
        begin = min(at, start + text[start:end].startswith("-"))
        return QueryCompletion(begin, end, tuple(_names(text[begin:at], scope))[:MOST_SUGGESTIONS])
    value_start, value_end = _part_at(_VALUE, text[:end], head.end(), at)
    prefix = _unquoted(text[value_start:at])
    operator = QueryOperator.IS if head["state"] else QueryOperator(head["sign"][-1])
    term = QueryTerm(STATE_FIELD if head["state"] else head["field"], operator, (prefix,))
    return QueryCompletion(value_start, value_end, tuple(_values(term, prefix, scope))[:MOST_SUGGESTIONS])


def _names(prefix: str, scope: QueryScope) -> Iterator[QuerySuggestion]:
    """Yields the operators of a field that is written in full; else the fields and labels that begin so."""
    if field_of_prefix := FIELDS.get(prefix):
        yield from _operators(field_of_prefix)
    for field in FIELDS.values():
        if field.name.startswith(prefix) and field.name != prefix:
            yield _first(field)
    for key in label_keys(scope, prefix):
        label = label_field(key.value)
        yield QuerySuggestion(QueryPart.FIELD, f"{label.name}=", label.description, key.count)


def _operators(field: QueryField) -> Iterator[QuerySuggestion]:
    for operator in field.operators:
        yield QuerySuggestion(QueryPart.OPERATOR, f"{field.name}{operator}", field.description)


def _first(field: QueryField) -> QuerySuggestion:
    return QuerySuggestion(QueryPart.FIELD, f"{field.name}{next(iter(field.operators))}", field.description)


def _values(term: QueryTerm, prefix: str, scope: QueryScope) -> Iterator[QuerySuggestion]:
    """Yields the values of a field that begin so and that its operator takes."""
    try:
        field = field_of(term)
    except BadQuery:
        return
    check = field.operators.get(term.operator)
    for each in field.source(scope, prefix) if check else ():
        if check and not check(each.value):
            state = STATES.get(each.value) if field.name == STATE_FIELD else None
            description = state.description if state else ""
            yield QuerySuggestion(QueryPart.VALUE, quoted(each.value), description, each.count)


def _part_at(part: re.Pattern[str], text: str, start: int, at: int) -> tuple[int, int]:
    """Returns the range of the part, between separators of one character, in which a place is."""
    while (match := part.match(text, start)) and match.end() < at:
        start = match.end() + 1
    return start, match.end() if match else at


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:].removesuffix('"')) if text.startswith('"') else text
