"""A block in Python takes at most 1.5 times of the same loop in C, compiled by gcc with -O2 on this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from rune.c_library import HEADERS
from rune.pyblock.c.emit import emit
from rune.pyblock.c.lines import ELEMENT_TYPES
from rune.pyblock.checking.block import check_file
from rune.tensor import TensorType
from tests.proof.blocks.blocks_by_hand import BLOCKS
from tests.support.compiler.mutants import Recorder
from tools.needs import GCC, lack

pytestmark = pytest.mark.proof

COUNT = 4096
FLAGS = ("-std=gnu11", "-O2", "-ffp-contract=off", "-w")


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_takes_at_most_half_more_than_c(name: str, record_property: Recorder, tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip(lack(GCC))
    case = BLOCKS[name]
    block_file = check_file("block.py", case.text, (TensorType(case.reads, (COUNT,)),))
    assert block_file.block is not None, block_file.problems
    code = emit(block_file.block, "block.py", ())
    own = f"{', state' if code.state_size else ''}{', scratch' if code.scratch_size else ''}"
    program = _PROGRAM.replace("BLOCK", code.text).replace("CALL", f"{code.function}(x, one{own});")
    types = [
        f"-DREAD={ELEMENT_TYPES[case.reads]}",
        f"-DGIVEN={ELEMENT_TYPES[case.gives]}",
        f"-DGIVEN_COUNT={case.count}",
    ]
    (tmp_path / "main.c").write_text(program, encoding="ascii")
    hand = f"#include <stdint.h>\n{case.before}\nvoid by_hand(const READ *x, GIVEN *o) {{\n{case.c}}}\n"
    (tmp_path / "hand.c").write_text(hand, encoding="ascii")
    command = ["gcc", *FLAGS, *types, f"-I{HEADERS}", "main.c", "hand.c", "-o", "program"]
    subprocess.run(command, cwd=tmp_path, check=True)
    result = subprocess.run([str(tmp_path / "program")], check=True, capture_output=True, text=True)
    ours, by_c = map(float, result.stdout.split())
    record_property(f"{name}, of the time of C", round(ours / by_c, 2))
    assert code.checks == case.checks
    assert ours < 1.5 * by_c


_PROGRAM = """
#define RUNE_FAIL_RETURNS
#include "rune.h"
#include <stdio.h>
#include <time.h>
void rune_message_text(struct rune_message *m, const char *t) {}
void rune_message_number(struct rune_message *m, int64_t n) {}
void rune_fail(const struct rune_message *m) {}
BLOCK
static READ x[4096];
static GIVEN one[4096], other[4096];
static uint64_t state[4096], scratch[8192];
void by_hand(const READ *x, GIVEN *o);
__attribute__((noinline)) void ours(void) { CALL }
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}
int main(void) {
    double least[2] = {1e9, 1e9};
    for (int i = 0; i < 4096; ++i) x[i] = (READ)((i * 7919) % 1000 - 500);
    for (int turn = 0; turn < 60; ++turn) {
        double start = now();
        for (int i = 0; i < 50; ++i) ours();
        double middle = now();
        for (int i = 0; i < 50; ++i) by_hand(x, other);
        double end = now();
        if (middle - start < least[0]) least[0] = middle - start;
        if (end - middle < least[1]) least[1] = end - middle;
    }
    for (int i = 0; i < GIVEN_COUNT; ++i) if (one[i] != other[i]) return 1;
    printf("%g %g", least[0], least[1]);
    return 0;
}
"""
