"""Every proc-block in C, compiled by a compiler that fuses: on its golden vectors it gives the bytes of wasm32."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.source.runefile.pipeline import Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.compiler.block_module import Vector, packed, vectors_of
from tests.support.compiler.pipelines import loaded, module_of
from tests.support.compiler.programs.block_programs import FUSED, stages_of
from tests.support.compiler.programs.c_programs import CFolder, sent_bytes, sources_of, zig_folder
from tests.support.shares import in_share
from tools.needs import QEMU_USER, lack

VECTORS = [
    vector
    for block in CATALOGUE.values()
    for vector in vectors_of(block)
    if vector.fails is None and all(kind.is_fixed and kind.element is not ElementType.UTF8 for kind in vector.types)
]
"""The vectors whose inputs a capability gives. Blocks that read texts, or sizes that a run decides, stand behind
another block."""
SANITIZED = ("-O1", "-fsanitize=address,undefined")
APART = ("-O2", "-fno-inline")
WIDENING = ("dequantize", "cast", "signed_pixels")
"""Blocks that go through memory in small steps and write it in larger ones."""


@cache
def one_of_each() -> list[Vector]:
    """The first vector of each function. Made when it is needed: their code takes seconds, in each process."""
    return list({vector.code.function: vector for vector in reversed(VECTORS)}.values())[::-1]


def _output_types(vectors: Sequence[Vector]) -> list[TensorType]:
    return [output.type for vector in vectors for output in vector.declared_outputs]


@pytest.mark.slow
@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.proof)])
def test_every_function_of_a_block_gives_the_bytes_of_wasm32(one_in: int, tmp_path: Path) -> None:
    """A share, and as a proof all; wasm32 gives the bytes of each vector in `tests/rune/blocks`."""
    vectors = one_of_each()
    assert {vector.block.name for vector in vectors} == set(CATALOGUE) - {"pad", "parse", "password_strength"}
    share = [each for each in vectors if in_share(each.code.function, one_in)]
    _gives_the_bytes_of_wasm32(share, tmp_path, FUSED, least=struct.calcsize("1960I") // (2 * one_in))


def test_a_function_that_stays_one_is_called(tmp_path: Path) -> None:
    """gcc 12 left calls of such functions out, for it took addresses of its own making for null pointers."""
    _gives_the_bytes_of_wasm32([each for each in VECTORS if each.block.name in WIDENING], tmp_path, APART, least=100)


SPOILT = """
#include <stdio.h>
#include "spoilt.h"
int main(void)
{
    double rows[] = {1.0, 2.0, 0.0 / 0.0, 3.0}, targets[] = {1.0, 2.0}, asked[] = {1.0, 2.0};
    const struct rune_spoilt_inputs inputs = {rows, targets, asked};
    struct rune_spoilt_outputs outputs;
    printf("%d ", rune_spoilt_init());
    printf("%d <%s>", rune_spoilt_run(&inputs, &outputs), rune_spoilt_message());
    rows[2] = 5.0;
    printf(" %d", rune_spoilt_init());
    printf(" %d <%s>", rune_spoilt_run(&inputs, &outputs), rune_spoilt_message());
    return 0;
}
"""


@pytest.mark.parametrize("block", ["elastic_net", "support_vector_regression"])
def test_a_block_that_gives_up_by_what_it_includes_ends_the_run(block: str, tmp_path: Path) -> None:
    """The block's own header never calls `rune_fail`."""
    sizes = ((2, 2), (2,), (1, 2))
    inputs = tuple((TensorType(ElementType.F64, each), ()) for each in sizes)
    arguments = {each.name: each.default for each in CATALOGUE[block].arguments if each.default is not None}
    pipeline = Pipeline(tuple(stages_of(0, Vector(CATALOGUE[block], "spoilt", arguments, inputs, (), None))), ())
    folder = CFolder.of(tmp_path, sources_of(pipeline, {}, "spoilt"))
    (tmp_path / "main.c").write_text(SPOILT)
    program = folder.compiled(["-O1"])
    output = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert output == f"0 4 <{block}: feature 0 of row 1 to learn from is not a finite number> 0 0 <>"


@pytest.mark.protects("compiling/run-time-sizes")
@pytest.mark.proof
def test_every_vector_of_a_block_gives_the_bytes_of_wasm32(tmp_path: Path) -> None:
    _gives_the_bytes_of_wasm32(VECTORS, tmp_path, FUSED, SANITIZED, APART)


def _pipeline(vectors: Sequence[Vector]) -> tuple[Pipeline, list[bytes]]:
    """All vectors side by side, and what goes in."""
    stages = tuple(stage for number, each in enumerate(vectors) for stage in stages_of(number, each))
    return Pipeline(stages, ()), [packed(kind.element, elements) for each in vectors for kind, elements in each.inputs]


def _gives_the_bytes_of_wasm32(
    vectors: Sequence[Vector], tmp_path: Path, *ways: Sequence[str], least: int = struct.calcsize("1960I")
) -> None:
    pipeline, frame = _pipeline(vectors)
    run_time = [number for number, each in enumerate(_output_types(vectors)) if not each.is_fixed]
    expected = sent_bytes(loaded(module_of(pipeline)), [frame, frame], run_time)
    assert len(expected) > least
    folder = CFolder.of(tmp_path, sources_of(pipeline, {}, "blocks"))
    for flags in ways:
        assert folder.outputs([frame, frame], flags) == expected


@pytest.mark.proof
@pytest.mark.parametrize(
    ("emulator", "machine"),
    [
        ("qemu-aarch64", "aarch64-linux-musl"),
        ("qemu-arm", "arm-linux-musleabi"),
        ("qemu-arm", "arm-linux-musleabihf"),
        ("qemu-riscv64", "riscv64-linux-musl"),
    ],
)
def test_every_vector_of_a_block_gives_the_bytes_of_wasm32_on_emulated_processors(
    emulator: str, machine: str, tmp_path: Path
) -> None:
    """Processors that fuse, that have other signs of NaN, and that have no floating point at all."""
    path = shutil.which(emulator)
    if path is None:
        pytest.skip(lack(QEMU_USER))
    pipeline, frame = _pipeline(VECTORS)
    run_time = [number for number, each in enumerate(_output_types(VECTORS)) if not each.is_fixed]
    expected = sent_bytes(loaded(module_of(pipeline)), [frame, frame], run_time)
    folder = CFolder.of(tmp_path, sources_of(pipeline, {}, "blocks"))
    flags = ["-static", "-O2", "-ffp-contract=fast"]
    compiler = [str(zig_folder() / "zig"), "cc", f"--target={machine}", *flags, "blocks.c", "main.c", "-o", "program"]
    subprocess.run(compiler, cwd=folder.path, check=True, capture_output=True)
    data = b"".join([*frame, *frame])
    command = [path, "./program"]
    assert subprocess.run(command, cwd=tmp_path, input=data, check=True, capture_output=True).stdout == expected
