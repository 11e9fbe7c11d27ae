"""Answers of a process that read a stranger's repository: the server takes the declared shape only."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from forge.projects.errors import GitRefused
from forge.projects.git import child
from forge.projects.git.child import ANSWER_LIMIT, read_answer, run_child
from forge.projects.git.remote import FetchAnswer
from forge.projects.history.import_archive import HistoryAnswer
from tests.support.api.answer_fuzzing import fuzzed
from tests.support.cases import each_case

COMMIT = {"commit": "0" * 40, "author": "Ana", "subject": "m", "moment": 1}
FETCH = {
    "commit": "0" * 40,
    "branch": "main",
    "ref": "refs/heads/main",
    "skipped_paths": ["link"],
    "newest": COMMIT,
    "commits": [COMMIT],
    "commit_count": 1,
    "shared": [{"commit": "1" * 40, "version": None}],
}
READ = {
    "states": [{"commit": "1", "author": "Ana", "moment": 1, "message": "m", "changed": {"a": "0" * 64, "b": None}}],
    "merges": 0,
}
ANSWERS: Sequence[tuple[dict[str, Any], Any]] = ((FETCH, FetchAnswer), (READ, HistoryAnswer))
NO_ANSWERS = {
    "nothing": b"",
    "deep": b"[" * 100_000,
    "null": b"null",
    "a list": b"[]",
    "an empty object": b"{}",
    "an error that is no text": b'{"error": {}}',
    "a number for a text": b'{"commit": 1, "branch": "main", "skipped_paths": []}',
    "a NUL": b'{"commit": "\\u0000", "branch": "main", "skipped_paths": []}',
    "a NUL in UTF-16": '{"commit": "\\u0000", "branch": "main", "skipped_paths": []}'.encode("utf-16"),
    "half of a pair": b'{"commit": "\\ud800", "branch": "main", "skipped_paths": []}',
    "a text for a list": b'{"commit": "0", "branch": "main", "skipped_paths": "all"}',
    "no UTF-8": b"\xff\xfe",
    "endless": json.dumps(FETCH).encode() + b" " * ANSWER_LIMIT,
}

pytestmark = pytest.mark.protects("connections/git-answers")


@each_case("data", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_an_answer_that_is_none_is_a_named_error(data: bytes) -> None:
    with pytest.raises(GitRefused, match="gave no answer that can be used"):
        read_answer(data, FetchAnswer)


def test_its_own_sentence_is_told_cut_short() -> None:
    with pytest.raises(GitRefused) as error:
        read_answer(json.dumps({"error": "No branch. " * 1000}).encode(), FetchAnswer)
    assert len(error.value.detail) == 1000


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "shape"), ANSWERS, ids=["fetch", "history"])
def test_each_of_ten_thousand_answers_is_of_its_shape_or_refused(answer: dict[str, Any], shape: Any) -> None:
    assert read_answer(json.dumps(answer).encode(), shape) == answer
    count = 0
    for seed in range(5_000):
        try:
            read = read_answer(fuzzed(seed, [answer]), shape)
        except GitRefused:
            continue
        count += 1
        assert {key: type(read[key]) for key in answer} == {key: type(value) for key, value in answer.items()}
    assert count


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        f"import sys; sys.stdout.write('x' * {ANSWER_LIMIT + 2})",
        "print('[' * 100_000)",
        "print('{}')",
        "import sys; sys.exit(3)",
    ],
    ids=["floods", "nests", "empty", "fails"],
)
def test_a_process_that_answers_badly_changes_nothing(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_command", lambda module: [sys.executable, "-c", code])
    with pytest.raises(GitRefused, match="Nothing was changed here"):
        run_child("git.process", {}, tmp_path, FetchAnswer)
    assert not list(tmp_path.iterdir())
