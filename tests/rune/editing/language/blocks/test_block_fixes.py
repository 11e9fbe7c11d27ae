"""The fixes of problems in blocks: each, applied, leaves a block without that problem."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.source.runefile import Diagnostic, check

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  x:
    capability: RAW
    args: {length: 16}
    outputs: [{type: f32, dimensions: [4]}]
  energy:
    proc-block: ./energy.py
    inputs: [x]
  out:
    out: SERIAL
    inputs: [energy]
"""
BLOCK = """\
{head}

def energy(x: f32["n"], *, gain: f32 = 2.0) -> f32["n"]:
    y = x[:]
    for i in range(len(x)):
        y[i] = {value}
    return y
"""


def problems(block: str) -> list[Diagnostic]:
    files = MemoryFiles({"Runefile.yml": RUNEFILE.encode(), "energy.py": block.encode()})
    return [each for each in check(files, PUBLISHED_BLOCKS).diagnostics if each.file == "energy.py"]


def fixed(block: str) -> str:
    (problem,) = problems(block)
    (fix,) = problem.fixes
    (edit,) = fix.edits
    return block[: edit.span.start.offset] + edit.text + block[edit.span.end.offset :]


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("x[i] ** 2", "(x[i] * x[i])"),
        ("gain / gain ** 2", "gain / (gain * gain)"),
        ("-x[i] ** 2 + 1.0", "-(x[i] * x[i]) + 1.0"),
    ],
)
def test_a_square_is_written_as_a_product(value: str, after: str) -> None:
    block = BLOCK.format(head="", value=value)
    assert fixed(block) == BLOCK.format(head="", value=after)
    assert problems(fixed(block)) == []


@pytest.mark.parametrize("line", ["import numpy as np", "from numpy import sin, cos", "import numpy"])
def test_an_import_is_underlined_listed_and_removed(line: str) -> None:
    block = BLOCK.format(head=f"{line}\n", value="x[i]")
    (problem,) = problems(block)
    assert (problem.span.start.line, problem.severity.value) == (1, "error")
    assert block[problem.span.start.offset : problem.span.end.offset] == line
    assert fixed(block) == BLOCK.format(head="", value="x[i]")
    assert problems(fixed(block)) == []


def test_what_cannot_be_written_twice_has_no_fix() -> None:
    (problem,) = problems(BLOCK.format(head="", value="abs(x[i]) ** 2"))
    assert problem.fixes == ()
