"""The fixes of tests that fail or cannot run, applied and run again."""

from __future__ import annotations

import pytest

from rune.assessment.block_tests.running import run_block_tests
from rune.project.files import MemoryFiles
from rune.source.runefile.blocks.test_fixes import fixes_of_test
from rune.source.runefile.diagnostics import Diagnostic
from rune.source.runefile.source import SourceText
from tests.support.cases import each_case

BLOCK = """\
def third(x: f32["n"]) -> f32["n"]:
    y = x[:]
    for i in range(len(x)):
        y[i] = x[i] / 3.0
    return y
"""


def problems(tests: str) -> tuple[Diagnostic, ...]:
    files = {"third.py": BLOCK.encode(), "third_test.py": tests.encode()}
    return run_block_tests(MemoryFiles(files)).problems


def fixed(tests: str, title: str) -> str:
    """The text with the fix of the first problem that has this title."""
    (problem, *_) = problems(tests)
    fix = next(each for each in problem.fixes if each.title.startswith(title))
    (edit,) = fix.edits
    return tests[: edit.span.start.offset] + edit.text + tests[edit.span.end.offset :]


@pytest.mark.slow
@pytest.mark.parametrize(
    "assertion",
    [
        "assert third([1.0, 6.0]) == [0.25, 2.0]",
        "assert third([1.0, 6.0]) == approx([0.25, 2.0], abs=0.001)",
        "assert third([1.0])[0] == 0.25",
        "assert max(third([-1.0])) == approx(-0.5, abs=0.001)",
        'assert third([1.0])[0] == 0.25, "a note with ü"',
    ],
)
def test_what_a_block_gives_is_expected(assertion: str) -> None:
    tests = f"def test_it():\n    {assertion}\n"
    if problems(tests)[0].code != "RUNE0121":
        pytest.skip("the language of blocks refuses this form")
    assert problems(fixed(tests, "Expect ")) == ()


@pytest.mark.slow
def test_a_test_is_removed_with_its_blank_lines_and_the_last_leaves_a_file_without_problems() -> None:
    first = "def test_a():\n    assert third([3.0]) == [2.0]\n"
    second = "def test_b():\n    assert third([3.0]) == [1.0]\n"
    text = f'"""What third must do."""\n\n\n{first}\n\n{second}'
    left = fixed(text, "Remove test_a")
    assert left == f'"""What third must do."""\n\n\n{second}'
    alone = fixed(f'"""What third must do."""\n\n\n{first}', "Remove test_a")
    assert alone == '"""What third must do."""\n'
    assert problems(alone) == ()
    assert fixed(f"{second}\n\n{first}# The end.\n", "Remove test_a") == f"{second}\n\n# The end.\n"


def test_a_test_of_a_block_that_was_replaced_is_removed() -> None:
    text = "def test_a():\n    y, loud = third([3.0])\n    assert y == [1.0]\n"
    (problem, *_) = problems(text)
    assert [each.title for each in problem.fixes] == ["Remove test_a"]
    assert fixed(text, "Remove") == ""
    assert problems("") == ()


@each_case("text", ["def test_a(:\n", "x = 1\n", "\0", "def test_a():\n    assert x == 1\n" * 2])
def test_no_text_is_too_strange(text: str) -> None:
    fixes = fixes_of_test(SourceText("a_test.py", text), 1, float("nan"), 3)
    assert {each.title for each in fixes} <= {"Remove test_a"}
