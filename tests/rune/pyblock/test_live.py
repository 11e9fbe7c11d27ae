"""A block while it is written: what a run shows of itself, and how one that goes on for ever ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rune.pyblock import live
from rune.pyblock.live import LiveBlock
from rune.pyblock.numbers import to_f32
from tests.support.cases import each_case

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


def loaded(text: str, **settings: float) -> tuple[LiveBlock, dict[str, Any]]:
    block = LiveBlock()
    inputs = [{"type": "f32", "dimensions": [2]}]
    request = {"ask": "load", "file": "smooth.py", "text": text, "inputs": inputs, "settings": settings}
    return block, json.loads(block.answer_text(json.dumps(request)))


@pytest.mark.protects("runes/python-in-pages")
@each_case(
    ("line", "message"),
    [
        ("    import js", "import only"),
        ("    fetch('/')", "fetch"),
        ("    open('/etc/passwd')", "open"),
        ("    y = [0.0] * 1000000000", ""),
        ("    parent.document", ""),
        ("    __builtins__", "__builtins__"),
        ("    (lambda: 1)()", ""),
    ],
)
def test_what_leaves_the_language_is_told_at_its_line_and_nothing_runs(line: str, message: str) -> None:
    block, answer = loaded(f'def smooth(x: f32["n"]) -> f32["n"]:\n{line}\n    return x\n')
    assert answer["problems"][0]["line"] == 2
    assert message in answer["problems"][0]["message"]
    with pytest.raises(ValueError, match="no block is loaded"):
        block.answer({"ask": "run", "inputs": [[1.0, 2.0]]})


@pytest.mark.protects("runes/python-in-pages")
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
    error_answer = block.answer({"ask": "test", "text": "def test_it():\n    assert js\n", **texts})
    assert (error_answer["results"], error_answer["problems"][0]["line"]) == ([], 2)


TWO = """\
def pair(x: f32[2, 2], n: int, *, by: f32 = 1.0, last: State[f32[2]]) -> tuple[f32[2], f64]:
    for i in range(2):
        last[i] = last[i] + by * x[i, n % 2]
    return last, f64(last[0]) / 3.0
"""


def test_what_came_just_now_becomes_a_test_that_passes() -> None:
    live_block, _ = loaded(SMOOTH)
    types = [{"type": "f32", "dimensions": [2, 2]}, {"type": "i64", "dimensions": [1]}]
    request = {"ask": "record", "file": "pair.py", "text": TWO, "inputs": types, "settings": {"by": 0.1}}
    tenth, far = to_f32(0.1), to_f32(-3e-7)
    runs = [[[tenth, 1.0, far, 16777216.0], [1]], [[0.0, tenth, 2.5, far], [-4]]]
    answer = live_block.answer({**request, "name": "test_now", "runs": runs})
    test = answer["test"]
    assert (answer["runs"], test.splitlines()[1]) == (2, "    pair([[0.1, 1.0], [-3e-07, 16777216.0]], 1, by=0.1)")
    texts = {"file": "pair_test.py", "block": TWO, "recordings": {}}
    test_answer = live_block.answer({"ask": "test", "text": test, **texts})
    assert (test_answer["problems"], [each["failure"] for each in test_answer["results"]]) == ([], [None])
    # One bit off, it would not pass.
    wrong = test.replace("y1 == 0.0", "y1 == 1e-17 + 0.0")
    (result,) = live_block.answer({"ask": "test", "text": wrong, **texts})["results"]
    assert result["failure"] is not None

    # Of many runs the newest that there is room for; the block that is loaded goes on as it was.
    many = live_block.answer({**request, "name": "test_now", "runs": runs * 400})
    assert many["runs"] == 300
    assert live_block.answer({"ask": "run", "inputs": [[1.0, 0.0]]})["outputs"] == [[0.25, 0.0]]


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        (SMOOTH, [1.0, None], "which a test cannot compare"),
        (SMOOTH + "    js\n", [1.0, 2.0], "Fix it first"),
        (SMOOTH.replace("    for", "    last[5] = 1.0\n    for", 1), [1.0, 2.0], "The block fails on it, in line 2"),
        (SMOOTH.replace("    for", "    while True:\n        last[0] = 1.0\n    for", 1), [1.0, 2.0], "longer than"),
        (SMOOTH, [0.5] * 2000, "reads 2000 numbers per run, but a test can contain only 1,500. Add a recording"),
    ],
)
def test_what_cannot_become_a_test_says_why(
    text: str, values: list[float | None], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_SECONDS", 0.05)
    types = [{"type": "f32", "dimensions": [len(values)]}]
    request = {"ask": "record", "file": "smooth.py", "text": text, "inputs": types, "settings": {}, "name": "test_now"}
    assert message in live.LiveBlock().answer({**request, "runs": [[values]]})["refused"]


@pytest.mark.protects("runes/python-in-pages")
def test_a_loop_without_an_end_is_stopped_at_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_SECONDS", 0.05)
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
    assert (len(answer["prints"]), answer["omitted_prints"]) == (live.MAX_PRINTS, 300 - live.MAX_PRINTS)
