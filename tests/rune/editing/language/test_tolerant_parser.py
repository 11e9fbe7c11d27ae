"""Reading YAML that is being written: as YAML where it is good, and without ever failing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rune.editing.language.completion.completing import complete
from rune.editing.language.facts.place import cursor_at, places
from rune.editing.language.hover import hover
from rune.editing.language.names.navigation import references
from rune.editing.language.structure import foldings, symbols
from rune.editing.language.tokens import tokens
from rune.editing.language.yaml.tolerant_parser import read_tolerantly
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.compose import compose
from rune.source.runefile.yaml.values import Value
from tests.rune.editing.language.projects import WORDS, project
from tests.support.cases import each_case
from tests.support.properties import examples

QUICK = examples(25)

FLOW = """\
{version: 1, image: x, pipeline: {a: {capability: RAW, args: {length: 4}}, b: {out: SERIAL,
  inputs: [a, 'a.0',
    "a"]}}, resources: {W: {inline: "one # two"}}}
"""
STYLES = """\
# before
---
version: 1   # one
"image": 'it''s'
pipeline:
  a:
    capability: RAW
    args:

      length:   4
    outputs:
    - type: u8
      dimensions: [
        4,  # four
      ]
  b: {out: SERIAL, inputs: [a]}
resources:
  TEXT:
    inline: |
      # no comment
      word: x
  NOTHING: {}
  LONG:
    inline: a text
      of two lines
"""


def words(root: Value | None) -> list[tuple[object, ...]]:
    """Every word with its path, what it means and, unless it is empty, where it stands."""
    return [
        (place.path, place.is_key, place.word.text.strip(), place.word.span if place.word.text.strip() else None)
        for place in places(root)
    ]


@each_case("text", [WORDS, FLOW, STYLES, WORDS.replace("\n", "\r\n")], ids=range(4))
def test_good_yaml_is_read_as_yaml(text: str) -> None:
    source = SourceText("Runefile.yml", text)
    report = DiagnosticReport("Runefile.yml")
    exact = [each for each in words(compose(source, report).root) if "inline" not in each[0]]  # type: ignore[operator]
    loose = [each for each in words(read_tolerantly(source)) if "inline" not in each[0]]  # type: ignore[operator]
    assert report.diagnostics == ()
    assert loose == exact


@each_case(
    ("text", "expected"),
    [
        ("a:\n  b: [x, y\n  c: 1\n", {("a", "b", 0): "x", ("a", "b", 1): "y", ("a", "c"): "1"}),
        ("a: {b: 1, c: [2\nd: 3\n", {("a", "b"): "1", ("a", "c", 0): "2", ("d",): "3"}),
        ("a:\n  b: 'x\n  c: 1\n", {("a", "b"): "x", ("a", "c"): "1"}),
        ("a:\n  b\n  c: 1\n", {("a", "b"): "", ("a", "c"): "1"}),
        ("a:\n   b: 1\n  c: 2\n", {("a", "b"): "1", ("a", "c"): "2"}),
        ("a: 1\n  b: 2\nc: 3\n", {("a",): "1", ("b",): "2", ("c",): "3"}),
        ("a:\n\tb: 1\n", {("a", "b"): "1"}),
        ("- a\n-\n- b: [\n", {(0,): "a", (1,): ""}),
    ],
)
def test_what_is_open_is_closed_where_it_was_probably_meant(text: str, expected: dict[tuple[object, ...], str]) -> None:
    actual = {
        place.path: place.word.text for place in places(read_tolerantly(SourceText("", text))) if not place.is_key
    }
    assert actual == expected


_PIECES = st.sampled_from(
    [
        *"[]{}:,&*!|>'\"%@`#?-$\n\t é\U0001f600\ue000\u2028\r",
        *(": ", "- ", "\n  ", "\n    ", "---", "a", "model", "inputs: ["),
    ]
)


@pytest.mark.slow
@pytest.mark.protects("compiling/language-requests")
@given(st.lists(_PIECES, max_size=40).map("".join), st.integers(0, 60))
@QUICK
@example("[" * 2000, 3)
@example("- " * 2000, 3)
@example("{a: " * 2000, 3)
@example("a:\n" + "".join(f"{' ' * depth}b:\n" for depth in range(1, 300)), 3)
def test_any_text_is_read(text: str, offset: int) -> None:
    source = SourceText("", text)
    for place in places(read_tolerantly(source)):
        assert 0 <= place.word.span.start.offset <= place.word.span.end.offset <= len(text)
    cursor = cursor_at(source, offset)
    if cursor is not None:
        assert cursor.span.start.offset <= min(offset, len(text)) <= cursor.span.end.offset


@pytest.mark.slow
@given(st.integers(0, len(WORDS)), st.integers(0, 12), st.lists(_PIECES, max_size=4).map("".join))
@QUICK
def test_every_answer_can_be_had_of_a_damaged_file(at: int, length: int, insertion: str) -> None:
    analysis = project(WORDS[:at] + insertion + WORDS[at + length :])
    end = len(analysis.source.text)
    complete(analysis, at)
    hover(analysis, at)
    for each in references(analysis, at):
        assert each.span.end.offset <= end
    all_tokens = tokens(analysis)
    assert all(token.span.end.offset <= end and token.span.start.line == token.span.end.line for token in all_tokens)
    for fold in foldings(analysis):
        assert 1 <= fold.first_line < fold.last_line <= analysis.source.line_count
    symbols(analysis)


@pytest.mark.slow
def test_a_long_line_and_many_lines_are_read_in_time() -> None:
    assert read_tolerantly(SourceText("", "a" * 200_000 + ": " + "b " * 100_000)) is not None
    assert read_tolerantly(SourceText("", "- [a, {b: c\n" * 5_000)) is not None
