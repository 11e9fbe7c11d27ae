"""A block while it is written: what a run shows of itself, and how one that goes on for ever ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rune.pyblock import live
from rune.pyblock.live import Live

SMOOTH = """\
def smooth(x: f32["n"], *, alpha: f32 = 0.25, last: State[f32["n"]]) -> f32["n"]:
    for i in range(len(x)):
        last[i] += alpha * (x[i] - last[i])
    print(last)
    return last
"""
LOOPS = """\
def smooth(x: f32["n"]) -> f32["n"]:
    y = x[:]
    while True:
        y[0] += 1.0
    return y
"""


def loaded(text: str, **settings: float) -> tuple[Live, dict[str, Any]]:
    block = Live()
    inputs = [{"type": "f32", "dimensions": [2]}]
    request = {"ask": "load", "file": "smooth.py", "text": text, "inputs": inputs, "settings": settings}
    return block, json.loads(block.answer_text(json.dumps(request)))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("    import js", "imports"),
        ("    fetch('/')", "fetch"),
        ("    open('/etc/passwd')", "open"),
        ("    y = [0.0] * 1000000000", ""),
        ("    parent.document", ""),
        ("    __builtins__", "__builtins__"),
        ("    (lambda: 1)()", ""),
    ],
)
def test_what_leaves_the_language_is_told_at_its_line_and_nothing_runs(line: str, said: str) -> None:
    block, answer = loaded(f'def smooth(x: f32["n"]) -> f32["n"]:\n{line}\n    return x\n')
    assert answer["problems"][0]["line"] == 2
    assert said in answer["problems"][0]["message"]
    with pytest.raises(ValueError, match="no block is loaded"):
        block.answer({"ask": "run", "inputs": [[1.0, 2.0]]})


def test_more_memory_than_a_page_has_is_refused_before_anything_runs() -> None:
    arrays = "".join(f"    a{each} = f32[1000000]()\n" for each in range(5))
    block, answer = loaded(f'def smooth(x: f32["n"]) -> f32["n"]:\n{arrays}    return x\n')
    assert "5,000,004 elements" in answer["problems"][0]["message"]
    with pytest.raises(ValueError, match="no block is loaded"):
        block.answer({"ask": "run", "inputs": [[1.0, 2.0]]})
    _, constant = loaded('ZEROS = f32[16777216]()\ndef smooth(x: f32["n"]) -> f32["n"]:\n    return x\n')
    assert "A constant has at most 65,536 elements" in constant["problems"][0]["message"]


def test_tests_run_beside_the_block_that_is_loaded() -> None:
    block, _ = loaded(SMOOTH)
    texts = {"file": "smooth_test.py", "block": SMOOTH, "recordings": {"samples/a.csv": "MSwyCg=="}}
    tests = 'ROW = recording("a.csv")\ndef test_row():\n    y = smooth([4.0, ROW[0, 1]])\n    assert y == [1.0, 0.25]\n'
    answer = json.loads(block.answer_text(json.dumps({"ask": "test", "text": tests, **texts})))
    (result,) = answer["results"]
    assert (result["title"], result["runs"], result["input"]) == ("row", 1, "[4, 2]")
    assert result["failure"]["message"] == "element 1 is 0.5, expected 0.25"
    assert block.answer({"ask": "run", "inputs": [[1.0, 0.0]]})["outputs"] == [[0.25, 0.0]]
    broken = block.answer({"ask": "test", "text": "def test_it():\n    assert js\n", **texts})
    assert (broken["results"], broken["problems"][0]["line"]) == ([], 2)


def test_a_loop_without_an_end_is_stopped_at_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SECONDS", 0.05)
    block, _ = loaded(LOOPS)
    failure = block.answer({"ask": "run", "inputs": [[1.0, 2.0]]})["failure"]
    assert failure["line"] == 3
    assert "took longer than" in failure["message"]


def test_a_run_shows_its_values_its_prints_and_goes_on_from_its_state() -> None:
    block, answer = loaded(SMOOTH, alpha=0.5)
    assert (answer["problems"], answer["state"]) == ([], 8)
    first = block.answer({"ask": "run", "inputs": [[1.0, None]]})
    assert first["outputs"] == [[0.5, None]]
    assert first["values"] == [{"line": 3, "name": "last[1]", "value": "nan"}]
    assert first["prints"] == [{"line": 4, "text": "[0.5, nan]"}]
    assert block.answer({"ask": "run", "inputs": [[1.0, 0.0]]})["outputs"][0][0] == 0.75
    assert loaded(SMOOTH)[0].answer({"ask": "run", "inputs": [[1.0, 0.0]]})["outputs"] == [[0.25, 0.0]]


def test_no_more_is_printed_than_can_be_read() -> None:
    noisy = 'def smooth(x: f32["n"]) -> f32["n"]:\n    for i in range(300):\n        print(i)\n    return x\n'
    block, _ = loaded(noisy)
    answer = block.answer({"ask": "run", "inputs": [[1.0, 2.0]]})
    assert (len(answer["prints"]), answer["left_out"]) == (live.MOST_PRINTS, 300 - live.MOST_PRINTS)
