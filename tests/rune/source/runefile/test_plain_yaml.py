"""The fast reader of YAML: what it reads is what the full reader reads, value by value and place by place."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cases import each_case
from tests.support.language.invariants import same
from tests.support.language.pieces import DOCUMENTS, GOOD
from tests.support.language.runefiles import WORDS
from tests.support.properties import examples

QUICK = examples(30)
ROOT = Path(__file__).parents[4]


@each_case(
    "text",
    [WORDS, *(path.read_text("utf-8") for path in sorted((ROOT / "examples").glob("*/Runefile.yml")))],
    ids=lambda text: text[:0],
)
def test_usual_runefiles_are_read_fast(text: str) -> None:
    assert same(text)


@each_case(
    ("text", "is_plain"),
    [
        ("a: b", True),
        ("a: |\n  b\n \nc: d\n", True),
        ("a: |\n  b\n   \nc: d\n", False),
        ("a: |\n  b \nc: d\n", True),
        ("a:\n", True),
        ("a:\nb:\n", True),
        ("  a: b\n  c: d\n", True),
        ("a: b #c\nd: e#f\n", True),
        ("a: #c\n  b: c\n", True),
        ("a:# c\n", False),
        ("a: b: c", False),
        ("a: b:c\n", True),
        ("a: b:\n", False),
        ("a: 'b' # c\n", True),
        ("a: 'b''c'\n", False),
        ('a: "b"c\n', False),
        ('a: "b\\nc\\n"  # d\ne: ["\\n", {f: "\\n\\ng"}]\n', True),
        ("a: 'b\\n'\n", True),
        ('a: "b\\\\n"\n', False),
        ('a: "b\\t"\n', False),
        ('a: "b\\"\n', False),
        ("a: b\n  c\n", False),
        ("a: 'b'\n  c\n", False),
        ("a:\n- b\n- c: d\n  e: f\ng: h\n", True),
        ("a:\n  - b\n  - c: d\n    e:\n      - f\n", True),
        ("a:\n  - b\n c: d\n", False),
        ("a:\n  - - b\n", False),
        ("a:\n  -\n", False),
        ("a:\n  - b\n  c: d\n", False),
        ("a: [b, 1, 1.5, true, {c: d}, []]\n", True),
        ("a: {b: [c d, e], f: 'g'}\n", True),
        ("a: [b, c,]\n", False),
        ("a: [b\n", False),
        ("a: {b:}\n", False),
        ("a: {b: }\n", False),
        ("a: [b: c]\n", False),
        ("a: [b, c] d\n", False),
        ("a: 010\n", False),
        ("a: 0.5\n", True),
        ("a: -5\nb: - 5\n", False),
        ("a: -5\nb: +5\nc: .5\n", True),
        ("a: &b c\n", False),
        ("a: *b\n", False),
        ("a: |\n  b\n", True),
        ("a: |-\n  b\n    c # d\n  # e\nf: g\n", True),
        ("a:\n  b: |\n    c  \n    d\n  e: f\n", True),
        ("a: |\n  b\n\nc: d\n", True),
        ("a: |\n  b\n\n  c\n", False),
        ("a: |\n  b\n\n  # c\nd: e\n", False),
        ("a: |\n  b\n\n # c\nd: e\n", True),
        ("a:\n  b: |\n    c\n\n  # d\n  e: f\n", True),
        ("a: |\n  b", False),
        ("a: |\n", False),
        ("a: |\nb: c\n", False),
        ("a: |\n  b\n c\n", False),
        ("a: |\n  b\n # c\nd: e\n", True),
        ("a: |+\n  b\n", False),
        ("a: |2\n  b\n", False),
        ("a: >\n  b\n", False),
        ("a: | # b\n  c\n", False),
        ("---\na: b\n", False),
        ("a: b\n---\n", False),
        ("a: b\n...\n", False),
        ("a: b\nc\n", False),
        ("a: ...\n", True),
        ("a: b\n\n\n# c\n   # d\ne: f", True),
        ("a\u00a0: b\n", False),
        ("a: b\u00a0c\n", False),
        ("a: b\u2028c\n", False),
        ("a : b\n", True),
        ("? a\n: b\n", False),
        ("a: ? b\n", False),
        ("<<: a\n", False),
        ("a:  \n", True),
        ("a:   b  \n", True),
        ("a: b   # c\n", True),
        ("a: []#c\n", False),
        ("a: [] #c\n", True),
        ("a:\n   \n  b: c\n", True),
        ("a: { b: c , d: e }\n", True),
        ("a: [ ]\nb: { }\n", True),
    ],
)
def test_what_is_plain_is_read_alike_and_the_rest_is_left_to_the_full_reader(text: str, is_plain: bool) -> None:
    assert same(text) is is_plain


@pytest.mark.slow
@given(DOCUMENTS, st.sampled_from([None, False, True]))
@QUICK
def test_dumped_documents_are_read_alike(document: dict[str, Any], style: bool | None) -> None:
    same(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, default_flow_style=style))


@pytest.mark.slow
@given(st.integers(0, 2**32))
@examples(100)
def test_changed_runefiles_are_read_alike(seed: int) -> None:
    draw = random.Random(seed)
    text = draw.choice([WORDS, GOOD])
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(text) + 1)
        piece = draw.choice([*" -:,[]{}#'\"\n.0a|&*!?%", ": ", "- ", "\n  ", " #", "a: b", "[a, b]", "{a: b}", ""])
        text = text[:at] + piece + text[at + draw.choice([0, 0, 1, 1, 2, 9]) :]
    same(text)
