"""The form of queries over devices: `board=gateway site!=berlin,hamburg seen<1d "hall 3"`. Pure.

It knows no fields: `forge.fleet.queries.fields` says which there are and which values they take.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from enum import StrEnum

from forge.fleet.queries.errors import BadQuery

LONGEST_QUERY = 400
MOST_TERMS = 20
LABEL_PREFIX = "label:"
STATE_FIELD = "is"
TEXT_FIELD = ""


class QueryOperator(StrEnum):
    """The relation between a field and the values of a term."""

    EQUALS = "="
    LESS = "<"
    MORE = ">"
    FITS = "~"
    """The field fits a pattern, in which `*` stands for any characters."""
    IS = ":"
    """The operator of `is` alone."""


@dataclass(frozen=True)
class QueryTerm:
    """A condition that devices fulfil with any of its values. A term without a field looks for its text."""

    field: str
    operator: QueryOperator
    values: tuple[str, ...]
    is_negated: bool = False
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)

    def __str__(self) -> str:
        values = ",".join(map(quoted, self.values))
        if self.field == TEXT_FIELD:
            return f"{'-' if self.is_negated else ''}{values}"
        if self.is_negated and self.operator in _BY_SIGN:
            return f"{self.field}!{self.operator}{values}"
        return f"{'-' if self.is_negated else ''}{self.field}{self.operator}{values}"

    def error(self, detail: str) -> BadQuery:
        """Returns the error about this term."""
        return BadQuery(detail, self.start, self.end)


@dataclass(frozen=True)
class DeviceQuery:
    """A query that devices match with all of its terms."""

    terms: tuple[QueryTerm, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))


_BY_SIGN = frozenset({QueryOperator.EQUALS, QueryOperator.FITS})
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_SPACE = re.compile(r"\s*")
_HEAD = re.compile(
    rf"(?P<minus>-?)(?:(?P<state>{STATE_FIELD}):|(?P<field>(?:{LABEL_PREFIX})?[^\W\d][\w-]*)(?P<sign>!=|!~|[=<>~]))"
)
BARE = r"""[^\s",=<>~!]+"""
_VALUE = re.compile(rf'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>{BARE})', re.DOTALL)
_BARE_TEXT = re.compile(rf"(?!-|{STATE_FIELD}:){BARE}")
_FIELD = re.compile(rf"(?:{LABEL_PREFIX})?[a-z][a-z0-9_-]*")


def quoted(text: str) -> str:
    """Returns a value as a query has it: in quotes if it needs them."""
    if _BARE_TEXT.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parse(text: str) -> DeviceQuery:
    """Reads a query. Raises `BadQuery`."""
    if len(text) > LONGEST_QUERY:
        raise BadQuery(f"A query has at most {LONGEST_QUERY} characters.", LONGEST_QUERY, len(text))
    if control := _CONTROL.search(text):
        raise BadQuery("A query has no control characters.", *control.span())
    terms: list[QueryTerm] = []
    place = _skip_space(text, 0)
    while place < len(text):
        if len(terms) == MOST_TERMS:
            raise BadQuery(f"A query has at most {MOST_TERMS} terms.", place, len(text))
        term = _term(text, place)
        terms.append(term)
        place = _skip_space(text, term.end)
        if place == term.end < len(text):
            raise BadQuery(_after_term(text, place), place, place + 1)
    return DeviceQuery(tuple(terms))


def _term(text: str, start: int) -> QueryTerm:
    head = _HEAD.match(text, start)
    if head is None:
        return _text_term(text, start)
    is_negated = bool(head["minus"])
    if head["state"]:
        name, operator = STATE_FIELD, QueryOperator.IS
    else:
        name, operator = head["field"], QueryOperator(head["sign"][-1])
        is_negated ^= head["sign"].startswith("!")
        if _FIELD.fullmatch(name) is None:
            lower = name.lower()
            remedy = f" Write {lower}." if _FIELD.fullmatch(lower) else ""
            raise BadQuery(
                f"{name} is neither a field nor the key of a label, which have small letters.{remedy}",
                *head.span("field"),
            )
    values, end = _values(text, head.end(), f"{name}{operator}")
    return QueryTerm(name, operator, values, is_negated, start, end)


def _text_term(text: str, start: int) -> QueryTerm:
    is_negated = text[start] == "-"
    begin = start + is_negated
    if begin < len(text) and text[begin] in "=<>~!":
        raise BadQuery(f"Write a field before {text[begin]}, as in board=gateway.", begin, begin + 1)
    value, end = _value(text, begin, "-" if is_negated else "")
    if not value:
        raise BadQuery("A text to look for has at least one character.", start, end)
    return QueryTerm(TEXT_FIELD, QueryOperator.FITS, (value,), is_negated, start, end)


def _values(text: str, start: int, before: str) -> tuple[tuple[str, ...], int]:
    value, end = _value(text, start, before)
    values = [value]
    while end < len(text) and text[end] == ",":
        value, end = _value(text, end + 1, ",")
        values.append(value)
    return tuple(dict.fromkeys(values)), end


def _value(text: str, start: int, before: str) -> tuple[str, int]:
    match = _VALUE.match(text, start)
    if match is None:
        if text.startswith('"', start):
            raise BadQuery("The closing quote is missing.", start, len(text))
        raise BadQuery(
            f"Write a value after {before}." if before else "Write a value.", start, min(start + 1, len(text))
        )
    if match["bare"] is not None:
        return match["bare"], match.end()
    return re.sub(r"\\(.)", r"\1", match["quoted"], flags=re.DOTALL), match.end()


def _after_term(text: str, place: int) -> str:
    if text[place] == ",":
        return "A comma stands between the values of a field, as in site=berlin,hamburg."
    if text[place] in "=<>~!":
        return f"Put a value that has {text[place]} into quotes."
    return "Put a space between two terms."


def _skip_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return place if match is None else match.end()
