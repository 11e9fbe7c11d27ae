"""An answer of an isolated process is an object that can be stored and sent on, or is refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from rune.isolation.answer_json import DEPTH_LIMIT, SEPARATORS_LIMIT, UnusableAnswer, read_object
from tests.support.api.answer_fuzzing import fuzzed, line_of
from tests.support.cases import each_case
from tests.support.shares import share_and_all

ANSWER = {"id": 1, "texts": ["a", "ä"], "numbers": {"one": 1, "half": 0.5}, "rows": [[1, 2.5], [None, True]]}


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.protects("compiling/malformed-answers")
@each_case(
    ("data", "reason"),
    [
        (b"[" * 200_000, "nested too deeply|too many values"),
        (b"[" * SEPARATORS_LIMIT + b"[", "too many values"),
        (nested(DEPTH_LIMIT), "nested too deeply"),
        (b'{"a": NaN}', "the number NaN"),
        (b'{"a": -Infinity}', "the number -Infinity"),
        (b'{"a": [1e999]}', "the number inf"),
        (b'{"a": "\\ud800"}', "not Unicode"),
        (b'{"\\ud800": 1}', "not Unicode"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "not JSON"),
        (b"\xff", "not JSON"),
        (json.dumps(ANSWER).encode("utf-16-be"), "not JSON"),
        (json.dumps(ANSWER).encode("utf-16"), "not JSON"),
        (b"", "not JSON"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
    ],
    ids=[
        "brackets",
        "values",
        "depth",
        "NaN",
        "infinity",
        "large",
        "half",
        "key",
        "digits",
        "bytes",
        "UTF-16",
        "UTF-16 with a mark",
        "empty",
        "list",
        "null",
    ],
)
def test_what_nobody_could_store_or_send_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnusableAnswer, match=reason):
        read_object(data)


def test_what_is_within_the_limits_is_read() -> None:
    assert read_object(line_of(ANSWER)) == ANSWER
    assert read_object(nested(DEPTH_LIMIT - 1))


@pytest.mark.protects("compiling/malformed-answers")
@each_case("text", ["\0", "a\0b", "\0\0", "\\\0", "\\\\\0", "\\u0000", "\\\\u0000", "\n\0", '"\0"', "\u00001"])
def test_a_nul_is_replaced_and_nothing_that_looks_like_one(text: str) -> None:
    replacement = text.replace("\0", "\ufffd")
    assert read_object(line_of({text: [text]})) == {replacement: [replacement]}


@pytest.mark.protects("compiling/malformed-answers")
@pytest.mark.parametrize("seeds", share_and_all(range(10_000), 20))
def test_any_answer_is_read_or_refused(seeds: Sequence[int]) -> None:
    answers: list[Any] = []
    for seed in seeds:
        try:
            answers.append(read_object(fuzzed(seed, [ANSWER])))
        except UnusableAnswer:
            continue
    assert len(seeds) // 10 < len(answers) < len(seeds)
    for answer in answers:
        text = json.dumps(answer, allow_nan=False, ensure_ascii=False)
        assert "\\u0000" not in text
        text.encode()
