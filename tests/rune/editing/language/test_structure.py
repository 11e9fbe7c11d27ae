"""Symbols, folding and colours."""

from __future__ import annotations

from itertools import pairwise

from rune.editing.language.hints import hints
from rune.editing.language.structure import FoldingKind, foldings, symbols
from rune.editing.language.tokens import TokenKind, tokens
from tests.rune.editing.language.projects import WORDS, project


def test_the_symbols_are_the_stages_and_the_resources() -> None:
    pipeline, resources = symbols(project(WORDS))
    assert [(each.name, each.kind.value, each.detail) for each in pipeline.children] == [
        ("audio", "capability", "SOUND → i16[16000]"),
        ("spectrogram", "block", "fft → u32[1, 1960]"),
        ("bytes", "block", "noise-filtering → i8[1, 1960]"),
        ("model", "model", "./words.tflite → i8[1, 6]"),
        ("best", "block", "most_confident_indices → u32[1]"),
        ("word", "block", "label → utf8[1]"),
        ("answer", "output", "SERIAL"),
    ]
    assert [(each.name, each.detail) for each in resources.children] == [("LABELS", "./labels.txt")]


def test_symbols_lie_inside_each_other() -> None:
    for symbol in symbols(project(WORDS)):
        for inner in (symbol, *symbol.children):
            assert symbol.span.start <= inner.span.start
            assert inner.span.end <= symbol.span.end
            assert inner.span.start <= inner.name_span.start < inner.name_span.end <= inner.span.end


def test_a_broken_file_keeps_its_symbols() -> None:
    pipeline, _ = symbols(project(WORDS.replace("inputs: [spectrogram]", "inputs: [spectrogram")))
    assert len(pipeline.children) == 7


def test_stages_parts_and_comments_can_be_folded() -> None:
    text = "# one\n# two\n\nversion: 1\n" + WORDS.removeprefix("version: 1\n")
    folds = {(each.first_line, each.last_line): each.kind for each in foldings(project(text))}
    assert folds[(1, 2)] is FoldingKind.COMMENT
    assert folds[(7, 38)] is FoldingKind.REGION
    assert folds[(8, 14)] is FoldingKind.REGION
    assert all(first < last for first, last in folds)


def test_every_word_has_a_colour_and_none_overlap() -> None:
    text = WORDS.replace("# one second", "# one 'second' # really")
    all_tokens = tokens(project(text))
    words = [(each.kind, text[each.span.start.offset : each.span.end.offset]) for each in all_tokens]
    assert (TokenKind.COMMENT, "# one 'second' # really") in words
    assert (TokenKind.RESOURCE, "$LABELS") in words
    assert (TokenKind.NUMBER, "16000") in words
    assert (TokenKind.TYPE, "i8") in words
    assert all(left.span.end <= right.span.start for left, right in pairwise(all_tokens))
    assert all(each.span.start.line == each.span.end.line for each in all_tokens)


def test_a_sign_inside_a_text_starts_no_comment() -> None:
    text = WORDS.replace('"label"', '"a # b"').replace("path: ./labels.txt", "inline: |\n      # one\n      two # 2")
    assert [each for each in tokens(project(text)) if each.kind is TokenKind.COMMENT][1:] == []


def test_types_that_are_left_out_are_shown_where_they_follow() -> None:
    texts = [(each.at.line, each.text) for each in hints(project(WORDS))]
    assert texts == [(13, "→ u32[1, 1960]"), (16, "→ i8[1, 1960]"), (25, "→ u32[1]"), (29, "→ utf8[1]")]
    assert hints(project(WORDS.replace("proc-block: fft", "proc-block: fftt")))[0].at.line > 13
