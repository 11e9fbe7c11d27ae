"""Tests of a block: what they may say, and that Python, the typed form and the compiled rune find the same."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from click.testing import CliRunner

from rune.assessment.block_tests.running import run_block_tests
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.pyblock.numbers import BlockFailure
from rune.pyblock.running.evaluate import BlockEvaluation
from rune.pyblock.running.witness import MAX_STORED_BYTES, OutputRecord, output_record_of
from rune.pyblock.testing.check import CheckedTests, check_tests
from rune.pyblock.testing.combining import combine_tests
from rune.pyblock.testing.python import run_tests
from rune.pyblock.testing.recordings import RecordedNumbers, UnreadableRecording
from rune.pyblock.testing.subject import BlockUnderTest
from rune.pyblock.testing.wording import compared_values_of, failure_text
from rune.running.runtime import Limits
from rune.source.runefile import Severity, check
from rune.source.runefile.blocks.checked_tests import read_tests
from rune.tools.cli.building.build import command as build_command
from rune.tools.cli.projects.block import command as block_command
from tests.support.cases import each_case
from tests.support.compiler.python_blocks.tests import SMOOTH
from tests.support.compiler.python_blocks.tutorial import sound_of

LEVEL = """\
import math

def level(x: i16["n"], scale: f32, *, least: int = 1, peak: State[f64[1]]) -> tuple[f32, i32[2]]:
    total = 0.0
    for v in x:
        total += f32(v) * f32(v)
    found = math.sqrt(total / len(x)) * scale
    peak[0] = max(peak[0], f64(found))
    y = i32[2]()
    y[0] = 100 // least
    y[1] = int(peak[0])
    return found, y
"""
TESTS = """\
import math

CLAP = recording("clap.wav")
SHAKE = recording("samples/a/shake.csv")
WANTED = i32[2]([100, 5])


def twice(v: f32) -> f32:
    return v + v


def test_passes():
    quiet, y = level([3, -3, 3], 1.0)
    assert quiet == 3.0
    assert y == [100, 3]
    loud, y = level([5, 5, 5], twice(0.5))
    assert loud == approx(5.125, abs=0.25)
    assert not loud < 4.0
    assert y == WANTED


def test_recording():
    chunk = i16[4]()
    for start in range(0, len(CLAP) - 3, 4):
        chunk[:] = CLAP[start : start + 4]
        found, y = level(chunk, 1.0)
    assert y[1] == 1000
    assert SHAKE[1, 2] == 0.5


def test_number():
    found, y = level([3], 1.0)
    assert found < 2.5, "quiet"


def test_elements():
    found, y = level([3], 1.0, least=7)
    assert y == [14, 4]


def test_near():
    found, y = level([3], 1.0)
    assert found == approx(3.5, abs=0.25)
    assert y == approx([100, 3], abs=0)


def test_truth():
    found, y = level([3], 1.0)
    assert found > 2.0 and y[0] > 100


def test_error_in_the_block():
    found, y = level([3], 1.0, least=0)
    assert y[0] == 1


def test_error_in_the_test():
    found, y = level([3], 1.0)
    assert y[int(found)] == 1
"""
FAILURES = {
    "test_number": ("level_test.py", 33, "got 3, expected < 2.5 (quiet)"),
    "test_elements": ("level_test.py", 38, "element 1 is 3, expected 4"),
    "test_near": ("level_test.py", 43, "got 3, expected 3.5 within 0.25"),
    "test_truth": ("level_test.py", 49, "`found > 2.0 and y[0] > 100` is false"),
    "test_error_in_the_block": ("level.py", 10, "division by zero"),
    "test_error_in_the_test": ("level_test.py", 59, "index 3 is out of range for 2 elements"),
}


def _none(name: str) -> RecordedNumbers:
    raise UnreadableRecording(f"There is no recording {name}", "Name one.")


def _checked(text: str, block: str = SMOOTH) -> CheckedTests:
    return check_tests("smooth_test.py", text, BlockUnderTest("smooth.py", block), _none)


PROJECT = MemoryFiles(
    {
        "level.py": LEVEL.encode(),
        "level_test.py": TESTS.encode(),
        "samples/clap.wav": sound_of((0, 0, 0, 0, 1000, -1000, 1000, -1000, 3)),
        "samples/a/shake.csv": b"x,y,z\n1,2,3\n0,0,0.5\n",
    }
)


def _evaluated(tests: CheckedTests) -> tuple[dict[str, str], list[OutputRecord]]:
    """The results in the typed form: a sentence for each test that failed; and the outputs of each that came to its
    end."""
    failures, records = {}, []
    block = combine_tests(tests)
    for number, test in enumerate(tests.tests):
        try:
            outcome, numbers, witness = BlockEvaluation(block).run([[number]], ())
        except BlockFailure as failure:
            failures[test.name] = failure.message
            continue
        records.append(output_record_of(bytes(map(int, witness))))
        if outcome[0]:
            failures[test.name] = failure_text(
                tests.assertions[int(outcome[0]) - 1], compared_values_of(outcome, numbers)
            )
    return failures, records


@pytest.mark.slow
def test_python_the_typed_form_and_the_compiled_rune_find_the_same() -> None:
    tests = read_tests(PROJECT, "level_test.py")
    assert tests.problems == ()
    messages, records = _evaluated(tests)
    assert messages == {name: message for name, (_, _, message) in FAILURES.items()}
    in_python = run_tests(tests)
    assert {
        each.name: (each.failure.file, each.failure.line, each.failure.message) for each in in_python if each.failure
    } == FAILURES
    assert (in_python[1].runs, in_python[1].input) == (2, "[1000, -1000, 1000, -1000], 1")
    report = run_block_tests(PROJECT)
    results = [each for each in in_python if "error_in" not in each.name]
    assert [each.output for each in results] == records
    assert [each.output for each in report.outcomes if each.output] == records
    assert records[0].count == sum(each.size for each in results[0].pieces) == 2 * (4 + 2 * 4)
    assert records[0].first.startswith(struct.pack("<f2i", 3.0, 100, 3).hex())
    assert len({each.sum for each in records}) > 2
    assert {
        each.name: (each.problem.file, each.problem.span.start.line, each.problem.message)
        for each in report.outcomes
        if each.problem
    } == {name: (file, line, f"{name} failed: {message}") for name, (file, line, message) in FAILURES.items()}
    assert str(report) == "6 of 8 tests of 1 block failed"


@pytest.mark.protects("compiling/block-tests")
@each_case(
    ("body", "token", "message"),
    [
        ("pass", "test_it", "has no assert"),
        ("assert smooth([0.5], beta=1.0) == [0.5]", "1.0", "no parameter beta"),
        ("assert smooth() == [0.5]", "smooth()", "takes 1 input"),
        ("assert smooth([0.5]) == approx([0.5])", "approx([0.5])", "abs="),
        ("assert smooth([0.5]) == approx([0.5], abs=-1)", "-1", "0 or more"),
        ("assert smooth([0.5]) < [0.5]", "smooth([0.5]) < [0.5]", "compared only with =="),
        ("assert smooth([0.5]) == [0.5, 0.5]", "[0.5, 0.5]", "f32[1] cannot be compared with f32[2]"),
        ("assert smooth([[0.5]]) == [0.5, [0.5]]", "[0.5, [0.5]]", "differ in length"),
        ("a, b = smooth([0.5])\n    assert a[0] == 1.0", "a", "1 output and not 2"),
        ("y = smooth([0.5])\n    y = smooth([0.5, 1.0])\n    assert y[0] == 1.0", "smooth([0.5, 1.0])", "before"),
        ("assert True or smooth([0.5]) == [0.5]", "smooth([0.5])", "not always evaluated"),
        ("while smooth([0.5])[0] < 1.0:\n        pass\n    assert True", "smooth([0.5])", "condition"),
        ("assert smoth([0.5]) == [0.5]", "smoth", "no function smoth"),
        ("import os\n    assert True", "import", "import only `math`"),
        ("assert open('f') == 1", "open", "cannot call open"),
        ("assert smooth([0.5]) == [0.5], 3", "3", "must be text"),
    ],
)
def test_what_a_test_cannot_say_is_told_at_its_token(body: str, token: str, message: str) -> None:
    text = f"def test_it():\n    {body}\n"
    problem = _checked(text).problems[0]
    place = problem.place
    assert text.splitlines()[place.line - 1][place.column : place.end_column] == token
    assert message in problem.message + problem.instead


@each_case(
    ("text", "message"),
    [
        ("x = 1\n", "no test"),
        ("def test_it(x: f32):\n    assert x == 1.0\n", "no parameters"),
        ('A = recording("a.wav")\ndef test_it():\n    assert A[0] == 1\n', "no recording a.wav"),
        ("def helper(v: f32) -> None:\n    assert v > 0.0\ndef test_it():\n    assert True\n", "must be in a test"),
        ("def smooth(v: f32) -> f32:\n    return v\ndef test_it():\n    assert True\n", "already has a meaning"),
    ],
)
def test_what_a_test_file_cannot_hold(text: str, message: str) -> None:
    assert any(message in each.message for each in _checked(text).problems)


def test_a_loop_without_an_end_is_stopped_at_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rune.pyblock.testing.python.SECONDS", 0.05)
    block = (
        'def smooth(x: f32["n"]) -> f32["n"]:\n    y = x[:]\n    while y[0] < 1.0:\n        y[0] = 0.0\n    return y\n'
    )
    endless = "def test_it():\n    assert smooth([0.0]) == [0.0]\n"
    (result,) = run_tests(_checked(endless, block))
    assert result.failure is not None
    assert (result.failure.file, result.failure.line, result.failure.at) == ("smooth.py", 3, 2)
    assert "can take" in result.failure.message


@pytest.mark.slow
@pytest.mark.protects("compiling/block-tests")
def test_a_compiled_test_without_an_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rune.assessment.block_tests.running._LIMITS", Limits(seconds=0.2))
    endless = "def test_it():\n    i = 0\n    while i < 1:\n        i = 0\n    assert smooth([0.0]) == [0.0]\n"
    files = {"smooth.py": SMOOTH.encode(), "smooth_test.py": endless.encode()}
    (outcome,) = run_block_tests(MemoryFiles(files)).outcomes
    assert outcome.problem is not None
    assert "it ran longer than 0.2 s" in outcome.problem.message
    assert (outcome.problem.file, outcome.problem.span.start.line) == ("smooth_test.py", 1)


AGAIN = """\
def test_what_it_gives_goes_in_again():
    y = f32[2]([1.0, 2.0])
    for _ in range(2):
        y = smooth(y)
    assert y == [0.25, 0.5]
"""


def test_an_array_is_read_and_written_by_one_line() -> None:
    tests = _checked(AGAIN)
    messages, records = _evaluated(tests)
    (result,) = run_tests(tests)
    assert (messages, result.failure, result.output) == ({}, None, *records)
    assert records[0].first == struct.pack("<4f", 0.25, 0.5, 0.25, 0.5).hex()


@pytest.mark.slow
def test_more_than_is_kept_is_counted_and_has_a_sum() -> None:
    text = "def test_it():\n    y = f32[200]()\n    for _ in range(3):\n        y = smooth(y)\n    assert y[0] == 0.0\n"
    (result,) = run_tests(_checked(text))
    files = {"smooth.py": SMOOTH.encode(), "smooth_test.py": text.encode()}
    (outcome,) = run_block_tests(MemoryFiles(files)).outcomes
    assert result.output == outcome.output
    assert (result.output.count, len(result.output.first), len(result.pieces)) == (2400, 2 * MAX_STORED_BYTES, 2)


@pytest.mark.slow
def test_a_failing_test_fails_the_build_at_its_line_and_a_broken_one_is_an_error_before(tmp_path: Path) -> None:
    runefile = (
        "version: 1\nimage: runicos/base\npipeline:\n"
        "  x:\n    capability: RAW\n    args: {length: 16}\n    outputs: [{type: f32, dimensions: [4]}]\n"
        "  smooth:\n    proc-block: ./smooth.py\n    inputs: [x]\n"
        "  out:\n    out: SERIAL\n    inputs: [smooth]\n"
    )
    texts = {"Runefile.yml": runefile, "smooth.py": SMOOTH, "smooth_test.py": "def test_it():\n    assert z == 1\n"}
    report = check(MemoryFiles({name: text.encode() for name, text in texts.items()}), PUBLISHED_BLOCKS)
    assert [(each.file, each.code, each.severity) for each in report.diagnostics] == [
        ("smooth_test.py", "RUNE0114", Severity.ERROR)
    ]
    assert report.pipeline is not None
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "smooth_test.py").write_text("def test_it():\n    assert smooth([1.0]) == [0.5]\n")
    place = tmp_path / "made.rune"
    result = CliRunner().invoke(build_command, [str(tmp_path), "-o", str(place)])
    assert result.exit_code == 1
    assert "smooth_test.py:2:5" in result.output
    assert "element 0 is 0.25, expected 0.5" in result.output
    assert not place.exists()
    (tmp_path / "smooth_test.py").write_text(AGAIN)
    test_result = CliRunner().invoke(block_command, ["test", str(tmp_path)])
    assert (test_result.exit_code, "1 test of 1 block passed" in test_result.output) == (0, True)


def test_a_word_that_no_test_has_is_answered_with_the_tests_there_are(tmp_path: Path) -> None:
    (tmp_path / "smooth.py").write_text(SMOOTH)
    (tmp_path / "smooth_test.py").write_text("def test_it():\n    assert smooth([1.0]) == [0.5]\n")
    result = CliRunner().invoke(block_command, ["test", str(tmp_path), "-k", "nothing"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert 'No test has "nothing" in its file or name. There are: smooth_test.py test_it.' in result.stderr
    (tmp_path / "smooth_test.py").write_text("")
    assert "There are no tests." in CliRunner().invoke(block_command, ["test", str(tmp_path)]).stderr
