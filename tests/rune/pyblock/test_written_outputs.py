"""Outputs of a block are written straight into place, and are those of Python whatever was there before."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.pyblock.c.emit import EmittedBlock, emit
from rune.pyblock.checking.block import check_file
from rune.pyblock.running.python import PythonBlock
from rune.tensor import ElementType, TensorType
from tests.support.compiler.python_blocks.native import NativeCase, packed, results, some_inputs

ROW = TensorType(ElementType.F32, (20,))
BLOCKS = {
    "mapped": "y = f32[20]()\n for i in range(20):\n  y[i] = x[i] * 2.0\n return y, x[3]",
    "reads_itself": "y = f32[20]()\n for i in range(len(x)):\n  y[i] = y[i - 1] + x[i]\n return y, y[0]",
    "part": "y = f32[20]()\n for i in range(1, 20):\n  y[i] = x[i]\n return y, x[0]",
    "backwards": "y = f32[20]()\n for i in range(19, -1, -2):\n  y[i] = x[i]\n return y, x[0]",
    "shifted": "y = f32[20]()\n for i in range(19):\n  y[i + 1] = x[i]\n return y, x[0]",
    "chosen": "y = f32[20]()\n for i in range(20):\n  if x[i] > 0.0:\n   y[i] = x[i]\n return y, max(y)",
    "helped": "y = f32[20]()\n for i in range(20):\n  y[i] = total(y) + x[i]\n return y, x[0]",
    "added": "y = f32[20]()\n for i in range(20):\n  y[i] += x[i]\n return y, x[0]",
    "early": "y = f32[20]()\n z = x[:]\n if x[0] > 0.0:\n  return z, 1.0\n y[2] = x[2]\n return y, 2.0",
    "new": "y = f32[20]()\n for k in range(2):\n  y = f32[20]()\n  for i in range(20):\n   y[i] = x[i]\n return y, 1.0",
    "nothing": "y = x[:]\n for i in range(20):\n  pass\n return y, x[0]",
    "most": "y = f32[20]()\n for i in range(20):\n  y[i] = max(y) + x[i]\n return y, x[0]",
}
TOTAL = "def total(v: f32[20]) -> f32:\n s = 0.0\n for e in v:\n  s += e\n return s\n"


def emitted(name: str) -> tuple[NativeCase, list[bytes | str]]:
    """A block with three runs, and the bytes that Python gives in each."""
    head = f"def {name}(x: f32[20]) -> tuple[f32[20], f32]:\n "
    checked_file = check_file(
        f"{name}.py", (TOTAL if "total" in BLOCKS[name] else "") + head + BLOCKS[name] + "\n", (ROW,)
    )
    assert checked_file.block is not None, checked_file.problems
    case = NativeCase(checked_file.block, emit(checked_file.block, f"{name}.py", ()), some_inputs(7, (ROW,), 3))
    python = PythonBlock(checked_file)
    return case, [
        b"".join(map(packed, checked_file.block.outputs, python.run([list(each) for each in run], ())))
        for run in case.runs
    ]


@pytest.mark.slow
def test_what_is_given_does_not_depend_on_what_was_there(tmp_path: Path) -> None:
    """The outputs of one case are the same memory in each run."""
    blocks = [emitted(name) for name in BLOCKS]
    outputs = results([case for case, _ in blocks], tmp_path, "-Wall", "-Wno-unused-function")
    for name, (_, expected), actual in zip(BLOCKS, blocks, outputs, strict=True):
        assert actual == expected, name


@pytest.mark.parametrize(("name", "own", "zero_fills"), [("mapped", 0, 0), ("reads_itself", 0, 1), ("early", 160, 1)])
def test_an_array_that_is_an_output_needs_no_memory(name: str, own: int, zero_fills: int) -> None:
    block: EmittedBlock = emitted(name)[0].emitted
    assert block.scratch_size == own
    assert block.text.count("] = 0;") == zero_fills
