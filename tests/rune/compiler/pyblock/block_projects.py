"""Projects of many generated blocks, each of which runs without a failure, and what they give together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rune.compiler.pyblock.evaluate import BlockEvaluation
from rune.project.files import MemoryFiles
from tests.rune.compiler.pyblock.generated import RUNS, checked, everywhere, outcomes
from tests.rune.compiler.pyblock.native import Case, packed, some_inputs
from tests.rune.compiler.pyblock.programs import INPUTS, Program

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  input:
    capability: RAW
    args: {{length: 16}}
    outputs: [{{type: f32, dimensions: [4]}}]
  smooth:
    proc-block: ./smooth.py
    inputs: [input]
    args: {{{arguments}}}
  out:
    out: TENSOR
    inputs: [smooth]
"""
_HEAD = """\
version: 1
image: runicos/base
pipeline:
  x:
    capability: RAW
    args: {length: 24}
    outputs: [{type: f32, dimensions: [6]}]
  y:
    capability: RAW
    args: {length: 24}
    outputs: [{type: i32, dimensions: [2, 3]}]
"""
_STAGE = """\
  {name}:
    proc-block: ./{name}.py
    inputs: [x, y]
    args: {{alpha: {alpha}, k: {k}}}
  {name}_out:
    out: TENSOR
    inputs: [{name}, {name}.1, {name}.2]
"""
SEED = 7
"""Of the inputs that all blocks of a project read."""


def agreeing_programs(seeds: Iterable[int]) -> list[tuple[Program, list[bytes]]]:
    """The programs that do not fail on the inputs of a project, with the bytes of each run."""
    found = []
    for seed in seeds:
        made, case, _ = everywhere(seed)
        shared = Case(case.block, case.emitted, some_inputs(SEED, INPUTS, RUNS))
        given = outcomes(BlockEvaluation(case.block), made, shared)
        kept = [each for each in given if isinstance(each, bytes)]
        if len(kept) == RUNS:
            assert checked(made).block is not None
            found.append((made, kept))
    return found


def project_of(programs: Sequence[tuple[Program, list[bytes]]]) -> MemoryFiles:
    """One pipeline in which every block stands by itself."""
    files = {f"{made.name}.py": made.text.encode() for made, _ in programs}
    stages = [_STAGE.format(name=made.name, alpha=made.settings[0], k=made.settings[1]) for made, _ in programs]
    return MemoryFiles({**files, "Runefile.yml": "".join([_HEAD, *stages]).encode()})


def together(programs: Sequence[tuple[Program, list[bytes]]]) -> tuple[list[list[bytes]], bytes]:
    """The inputs of each run, and the bytes of all outputs, run by run."""
    frames = [
        [packed(type_, elements) for type_, elements in zip(INPUTS, inputs, strict=True)]
        for inputs in some_inputs(SEED, INPUTS, RUNS)
    ]
    return frames, b"".join(given[run] for run in range(RUNS) for _, given in programs)
