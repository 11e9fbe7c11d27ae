"""A NaN that a block gives has one bit pattern: in Python, by its typed form, compiled natively, and as WebAssembly."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.pyblock.c.emit import emit
from rune.pyblock.checking.block import check_file
from rune.pyblock.running.evaluate import primitive
from rune.running.runtime import Runtime
from tests.support.cases import each_case
from tests.support.compiler.programs.c_programs import sent_bytes
from tests.support.compiler.python_blocks.block_projects import RUNEFILE
from tests.support.compiler.python_blocks.native import NativeCase, results

BODIES = {
    "computed": "y[i] = x[i] - x[i]",
    "copied": "y[i] = x[i]",
    "negated": "y[i] = -x[i]",
    "the sign of one": "y[i] = math.copysign(1.0, -x[i])",
}
PATTERNS = (0x7FC00000, 0xFFC00000, 0x7F800001, 0xFFFFFFFF)
"""NaNs: quiet and signalling, of both signs, with other payloads."""


def block(body: str, element: str = "f32") -> str:
    lines = [
        '"""Give no numbers."""',
        "import math",
        f"def smooth(x: f32[4]) -> {element}[4]:",
        f"    y = {element}[4]()",
        "    for i in range(4):",
        f"        {body}",
        "    return y",
    ]
    return "\n".join(lines) + "\n"


@each_case("name", BODIES)
def test_a_rune_gives_one_nan_whatever_it_was_handed(name: str) -> None:
    files = {"Runefile.yml": RUNEFILE.format(arguments="").encode(), "smooth.py": block(BODIES[name]).encode()}
    rune = Runtime.load(build(MemoryFiles(files), BuildOptions("smooth")).rune)
    expected = 0x3F800000 if name == "the sign of one" else 0x7FC00000
    assert sent_bytes(rune, [[struct.pack("<4I", *PATTERNS)]]).hex() == struct.pack("<4I", *[expected] * 4).hex()


@pytest.mark.parametrize(
    ("element", "expected"), [("f32", struct.pack("<I", 0x7FC00000)), ("f64", struct.pack("<Q", 0x7FF8000000000000))]
)
@pytest.mark.parametrize("flags", [("-O0",), ("-O2",)], ids=" ".join)
def test_c_of_this_machine_gives_the_same(
    element: str, expected: bytes, flags: tuple[str, ...], tmp_path: Path
) -> None:
    # Infinity less infinity is a NaN whose sign processors choose.
    value = "x[i] * x[i]" if element == "f32" else "f64(x[i]) * 1e300"
    checked_file = check_file("smooth.py", block(f"y[i] = {value} - {value}", element))
    assert checked_file.block is not None, checked_file.problems
    case = NativeCase(checked_file.block, emit(checked_file.block, "smooth.py", []), (([3e38] * 4,),))
    assert results([case], tmp_path, *flags) == [[expected * 4]]


def test_copysign_takes_the_sign_of_a_nan_for_positive() -> None:
    assert primitive("copysign", [2.0, -math.nan]) == 2.0
    assert primitive("copysign", [2.0, math.nan]) == 2.0
    assert primitive("copysign", [2.0, -0.0]) == -2.0
