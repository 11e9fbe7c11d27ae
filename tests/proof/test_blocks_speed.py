"""A block in Python takes at most 1.5 times of the same loop in C, compiled by gcc with -O2 on this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from rune.pyblock.check import check_file
from rune.pyblock.emit import emit
from rune.tensor import ElementType, TensorType
from tests.proof.mutants import Recorder
from tests.rune.pyblock.native import COMMON
from tools.needs import GCC, lack

pytestmark = pytest.mark.proof

COUNT = 4096
_BLOCKS = {
    "smoothing": (
        'def block(x: f32["n"], *, last: State[f32["n"]]) -> f32["n"]:\n'
        "    for i in range(len(x)):\n        last[i] = last[i] + 0.25 * (x[i] - last[i])\n    return last\n",
        "for (int i = 0; i < 4096; ++i) kept[i] = kept[i] + 0.25f * (x[i] - kept[i]);\n"
        "for (int i = 0; i < 4096; ++i) o[i] = kept[i];\n",
    ),
    "filter": (
        "W = f32[8]([0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1])\n"
        'def block(x: f32["n"]) -> f32["n"]:\n    y = f32["n"]()\n    for i in range(7, len(x)):\n'
        "        total = 0.0\n        for j in range(8):\n            total = total + W[j] * x[i - j]\n"
        "        y[i] = total\n    return y\n",
        "static const float W[8] = {.1f, .2f, .3f, .4f, .4f, .3f, .2f, .1f};\n"
        "for (int i = 0; i < 4096; ++i) kept[i] = 0;\n"
        "for (int i = 7; i < 4096; ++i) {\n"
        "float t = 0; for (int j = 0; j < 8; ++j) t = t + W[j] * x[i - j]; kept[i] = t; }\n"
        "for (int i = 0; i < 4096; ++i) o[i] = kept[i];\n",
    ),
    "differences": (
        'def block(x: f32["n"]) -> f32["n"]:\n    y = x[:]\n    for i in range(1, len(x) - 1):\n'
        "        y[i] = max(abs(x[i + 1] - x[i]), abs(x[i] - x[i - 1])) if x[i] > 0.0 else 0.0\n    return y\n",
        "for (int i = 0; i < 4096; ++i) kept[i] = x[i];\n"
        "for (int i = 1; i < 4095; ++i) {\n"
        "float a = x[i + 1] - x[i], b = x[i] - x[i - 1]; if (a < 0) a = -a; if (b < 0) b = -b;\n"
        "kept[i] = x[i] > 0 ? (b > a ? b : a) : 0; }\n"
        "for (int i = 0; i < 4096; ++i) o[i] = kept[i];\n",
    ),
}


@pytest.mark.parametrize("name", _BLOCKS)
def test_a_block_takes_at_most_half_more_than_c(name: str, record_property: Recorder, tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip(lack(GCC))
    text, by_hand = _BLOCKS[name]
    found = check_file("block.py", text, (TensorType(ElementType.F32, (COUNT,)),))
    assert found.block is not None, found.problems
    made = emit(found.block, "block.py", ())
    assert made.checks == 0, "nothing is left to check in these loops"
    own = f"{', state' if made.state_size else ''}{', scratch' if made.scratch_size else ''}"
    program = _PROGRAM.replace("BLOCK", made.text).replace("CALL", f"{made.function}(x, one{own});")
    (tmp_path / "main.c").write_text(program, encoding="ascii")
    hand = f"static float kept[4096];\nvoid by_hand(const float *x, float *o) {{\n{by_hand}}}\n"
    (tmp_path / "hand.c").write_text(hand, encoding="ascii")
    command = [
        "gcc",
        "-std=gnu11",
        "-O2",
        "-ffp-contract=off",
        "-w",
        f"-I{COMMON}",
        "main.c",
        "hand.c",
        "-o",
        "program",
    ]
    subprocess.run(command, cwd=tmp_path, check=True)
    ended = subprocess.run([str(tmp_path / "program")], check=True, capture_output=True, text=True)
    ours, by_c = map(float, ended.stdout.split())
    record_property(f"{name}, of the time of C", round(ours / by_c, 2))
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
static float x[4096], one[4096], other[4096];
static uint64_t state[4096], scratch[8192];
void by_hand(const float *x, float *o);
__attribute__((noinline)) void ours(void) { CALL }
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}
int main(void) {
    double least[2] = {1e9, 1e9};
    for (int i = 0; i < 4096; ++i) x[i] = (float)((i * 7919) % 1000 - 500);
    for (int turn = 0; turn < 60; ++turn) {
        double start = now();
        for (int i = 0; i < 50; ++i) ours();
        double middle = now();
        for (int i = 0; i < 50; ++i) by_hand(x, other);
        double end = now();
        if (middle - start < least[0]) least[0] = middle - start;
        if (end - middle < least[1]) least[1] = end - middle;
    }
    for (int i = 0; i < 4096; ++i) if (one[i] != other[i]) return 1;
    printf("%g %g", least[0], least[1]);
    return 0;
}
"""
