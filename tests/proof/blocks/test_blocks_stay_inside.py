"""Generated blocks in Python, compiled under the sanitizers of addresses and of undefined behaviour: none reads or
writes outside of its arrays, and each gives what Python gives, failing runs included."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rune.pyblock.c.emit import emit
from rune.pyblock.checking.block import check_file
from rune.tensor import ElementType, TensorType
from tests.support.compiler.mutants import Recorder
from tests.support.compiler.python_blocks.generated import in_python
from tests.support.compiler.python_blocks.native import NativeCase, results

COUNT = int(os.environ.get("FORGE_FUZZED_BLOCKS", "10000"))
SHARES = 4

pytestmark = pytest.mark.proof(shares=SHARES)

BATCH = 100
"""Programs of one C file."""
_FIRST_SEED = 1_000_000
_SANITIZED = (
    "-w",
    "-O0",
    "-fsanitize=address,undefined",
    # An address that is wrong is found when it is used; to ask before each use as well is half of the compiler's time.
    "-fno-sanitize=null,object-size,pointer-overflow",
    "-fsanitize-undefined-trap-on-error",
)
_ADDING = """\
def adding(x: f32[4], *, s: State[f32[4]]) -> f32[4]:
    y = f32[4]()
    z = f32[4]()
    for i in range(4):
        z[i] = x[i] + s[i]
    for i in range(4):
        y[i] = z[3 - i]
    return y
"""
_FRAME = struct.pack("<4f", 1, 1, 1, 1)
_FOUR = TensorType(ElementType.F32, (4,))


@pytest.mark.protects("compiling/python-blocks")
def test_no_program_reads_or_writes_outside_of_its_arrays(record_property: Recorder, tmp_path: Path) -> None:
    share = int(os.environ.get("FORGE_PROOF_SHARE", f"0/{SHARES}").partition("/")[0])
    seeds = range(_FIRST_SEED + share * COUNT // SHARES, _FIRST_SEED + (share + 1) * COUNT // SHARES)
    runs = failures = 0
    for first in seeds[::BATCH]:
        programs = [in_python(seed) for seed in range(first, min(first + BATCH, seeds.stop))]
        results = _sanitized([case for _, case, _ in programs], tmp_path)
        wrong = [
            program.text for (program, _, expected), actual in zip(programs, results, strict=True) if actual != expected
        ]
        assert wrong[:1] == []
        runs += sum(len(actual) for actual in results)
        failures += sum(isinstance(each, str) for actual in results for each in actual)
    record_property("programs", len(seeds))
    record_property("runs", runs)
    record_property("failing runs", failures)
    assert failures > len(seeds) // 20


@pytest.mark.protects("compiling/python-blocks")
@pytest.mark.parametrize("array", ["p0[(int32_t)v0", "p1[(int32_t)v0", "a1[(int32_t)v0", "a0[(int32_t)v0"])
def test_one_element_behind_an_array_is_found(array: str, tmp_path: Path) -> None:
    """In a block's C that is made wrong by hand: its input, its state, an array of its own and its output."""
    case = _adding()
    text = case.emitted.text
    assert text.count(f"{array}]") == 1, text
    assert _sanitized([case], tmp_path) == [[_FRAME]]
    wrong = replace(case, emitted=replace(case.emitted, text=text.replace(f"{array}]", f"{array} + 1]")))
    with pytest.raises(pytest.fail.Exception, match="a sanitizer ended it"):
        _sanitized([wrong], tmp_path)


def _adding() -> NativeCase:
    block_file = check_file("adding.py", _ADDING, (_FOUR,))
    assert block_file.block is not None
    return NativeCase(block_file.block, emit(block_file.block, "adding.py", ()), (([1.0] * 4,),))


def _sanitized(cases: Sequence[NativeCase], folder: Path) -> list[list[bytes | str]]:
    """The outputs of cases under the sanitizers. Fails where one ended the program."""
    try:
        return results(cases, folder, *_SANITIZED)
    except subprocess.CalledProcessError as error:
        pytest.fail(f"a sanitizer ended it with {error.returncode}; {folder / 'blocks.c'}\n{error.stderr[:2000]}")
