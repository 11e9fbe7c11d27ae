"""Proofs about whole numbers: they leave out checks, never one that is needed, and the results are Python's."""

from __future__ import annotations

from pathlib import Path

from rune.pyblock.c.emit import emit
from rune.pyblock.checking.block import check_file
from rune.pyblock.numbers import MOST, BlockFailure
from rune.pyblock.running.python import PythonBlock
from rune.tensor import ElementType, TensorType
from tests.support.compiler.python_blocks.native import Elements, NativeCase, packed, results

INPUT_TYPE = TensorType(ElementType.I16, (4,))
RUNS: tuple[tuple[Elements, ...], ...] = (([3, -2, 32_767, -32_768],), ([32_767] * 4,), ([-32_768] * 4,))
BOUND = MOST - 12 * 32_767
"""The number from which twelve of the largest numbers reach the end of 64 bits. What is proven counts a turn of each
loop twice."""
BLOCKS = {
    # name: checks that stay, and the body
    "added": (0, "t = 0\n for i in range(4):\n  t += x[i]\n return t"),
    "squared": (0, "t = 0\n for k in range(100):\n  for v in x:\n   t += v * v\n return t"),
    "other_side": (0, "t = 5\n for v in x:\n  t = v - 1 + t\n return t"),
    "taken": (0, "t = 0\n for i in range(3, -1, -1):\n  t -= x[i]\n return t"),
    "chosen": (0, "t = 0\n for v in x:\n  if v < 0:\n   t -= v\n  else:\n   t += 2 * v\n return t"),
    "left": (0, "t = 0\n for v in x:\n  if v < -100:\n   break\n  t += v\n return t"),
    "steps": (0, "t = 0\n for i in range(0, 1000, 7):\n  t += i * x[i % 4]\n return t"),
    "to_the_end": (0, f"t = {BOUND - 5 * 32_767}\n for k in range(3):\n  for v in x:\n   t += v\n return t"),
    "beyond": (1, f"t = {BOUND + 1}\n for k in range(3):\n  for v in x:\n   t += v\n return t"),
    "doubled": (1, "t = x[0]\n for i in range(70):\n  t += t\n return t"),
    "crossed": (2, "t = 1\n u = x[0]\n for i in range(90):\n  t += u\n  u += t\n return t"),
    "turned": (1, f"t = {BOUND + 1}\n w = 3\n while w > 0:\n  w -= 1\n  for v in x:\n   t += v\n return t"),
    "set_again": (0, "t = 0\n for k in range(9):\n  t = 0\n  for v in x:\n   t += v\n return t"),
    "counted_back": (0, "t = 0\n n = 0\n for v in x:\n  n += 1\n  t += n * v\n return t % 64 + t // 64"),
    "own_range": (0, "i = 0\n for i in range(8589934592, 8589934602):\n  i += 1\n return i * 3"),
    "own_index": (1, "i = 0\n for i in range(5, 9):\n  i += 1\n return x[i - 4]"),
    "own_each": (0, "v = 0\n for v in x:\n  v += 1\n return v * 100000"),
    "own_fit": (1, "i = 0\n for i in range(250, 254):\n  i += 9\n y = u8[1]()\n y[0] = i\n return y[0]"),
    "own_end": (1, f"i = 0\n for i in range({MOST - 9}, {MOST - 5}):\n  i += 1\n return i + 90"),
    "own_inner": (1, "i = 0\n for k in range(3):\n  for i in range(k * 100, k * 100 + 2):\n   i -= 7\n return i * 3"),
    "own_outer": (0, "i = 0\n for i in range(500, 503):\n  for k in range(9):\n   i += k\n return i * 3"),
    "powers": (0, "return (x[0] % 8) * 1000 + (x[2] % 1) + x[3] % 4096 + x[1] // 4"),
    "helped": (0, "t = 0\n for v in x:\n  t += clamped(v)\n y = u8[1]([clamped(x[2])])\n return t + y[0]"),
    "parts": (0, "y = x[0:2]\n z = i16[4]()\n z[1:3] = y[-2:]\n z[:2] = z[1:3]\n return z[0] * 3 + z[1] * z[2]"),
}
CLAMPED = "def clamped(v: int) -> int:\n if v < 0:\n  return 0\n return min(v, 255)\n"


def test_checks_are_left_out_where_they_cannot_fail_and_nowhere_else(tmp_path: Path) -> None:
    cases, expected = [], []
    for name, (checks, body) in BLOCKS.items():
        checked_file = check_file(f"{name}.py", block_source(name, body), (INPUT_TYPE,))
        assert checked_file.block is not None, (name, checked_file.problems)
        code = emit(checked_file.block, f"{name}.py", ())
        assert code.checks == checks, (name, code.text)
        cases.append(NativeCase(checked_file.block, code, RUNS))
        outcomes: list[bytes | str] = []
        for run in RUNS:
            try:
                (output,) = PythonBlock(checked_file).run([list(each) for each in run], ())
                outcomes.append(packed(TensorType(ElementType.I64, (1,)), output))
            except BlockFailure as failure:
                outcomes.append(f"{name}.py:{failure.line}: {failure.message}")
                break
        expected.append(outcomes)
    assert results(cases, tmp_path, "-Wall", "-Wextra", "-Werror", "-Wno-unused-function") == expected
    failures = {name for name, outcomes in zip(BLOCKS, expected, strict=True) if isinstance(outcomes[-1], str)}
    assert failures == {"beyond", "doubled", "crossed", "turned", "own_index", "own_fit", "own_end"}


def block_source(name: str, body: str) -> str:
    """The block; what it returns is one number."""
    *lines, last = body.split("\n ")
    lines.append(f"r = i64[1]([{last.removeprefix('return ')}])\n return r")
    helper = CLAMPED if "clamped" in body else ""
    return f"{helper}def {name}(x: i16[4]) -> i64[1]:\n " + "\n ".join(lines) + "\n"
