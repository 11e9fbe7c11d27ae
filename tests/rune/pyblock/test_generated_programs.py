"""Programs made by a seed give the same bits, or the same failure, in Python, by their typed form, and compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.compiler.python_blocks.generated import everywhere
from tests.support.compiler.python_blocks.native import results

_WARNINGS = (
    "-O0",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unused-function",
    "-Wno-unused-variable",
    "-Wno-parentheses-equality",
)


def _agree(seeds: range, folder: Path, *flags: str) -> tuple[int, int]:
    """Returns how many runs ended well, and how many failed."""
    programs = [everywhere(seed) for seed in seeds]
    outcomes = results([case for _, case, _ in programs], folder, *flags)
    for (program, _, expected), actual in zip(programs, outcomes, strict=True):
        if actual != expected:  # not an assertion, whose difference of long bytes takes minutes
            pytest.fail(f"{program.text}\n{expected}\n{actual}")
    successes = sum(isinstance(each, bytes) for actual in outcomes for each in actual)
    failures = sum(isinstance(each, str) for actual in outcomes for each in actual)
    return successes, failures


@pytest.mark.proof
def test_15_programs_give_the_same_bits_in_python_and_compiled(tmp_path: Path) -> None:
    successes, failures = _agree(range(15), tmp_path, *_WARNINGS)
    assert successes > 18
    assert failures > 1, "some must fail, so that failures are compared"


@pytest.mark.proof
def test_500_programs_give_the_same_bits_however_c_is_compiled(tmp_path: Path) -> None:
    for number, flags in enumerate((("-O0",), ("-O2",), ("-O3", "-ffp-contract=fast", "-march=native"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        successes, failures = _agree(range(500), folder, *flags)
        assert successes > 500
        assert failures > 50
