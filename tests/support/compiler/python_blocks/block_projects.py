"""Projects of many generated blocks, each of which runs without a failure, and what they give together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rune.project.files import MemoryFiles
from rune.pyblock.running.evaluate import BlockEvaluation
from tests.support.compiler.python_blocks.generated import RUNS, checked, everywhere, outcomes
from tests.support.compiler.python_blocks.native import NativeCase, packed, some_inputs
from tests.support.compiler.python_blocks.programs import INPUTS, BlockProgram

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
"""The seed of the inputs that all blocks of a project read."""


def agreeing_programs(seeds: Iterable[int]) -> list[tuple[BlockProgram, list[bytes]]]:
    """The programs that do not fail on the inputs of a project, with the bytes of each run."""
    programs = []
    for seed in seeds:
        block_program, case, _ = everywhere(seed)
        native_case = NativeCase(case.block, case.emitted, some_inputs(SEED, INPUTS, RUNS))
        outcomes_of_runs = outcomes(BlockEvaluation(case.block), block_program, native_case)
        outputs = [each for each in outcomes_of_runs if isinstance(each, bytes)]
        if len(outputs) == RUNS:
            assert checked(block_program).block is not None
            programs.append((block_program, outputs))
    return programs


def project_of(programs: Sequence[tuple[BlockProgram, list[bytes]]]) -> MemoryFiles:
    """One pipeline in which every block stands by itself."""
    files = {f"{program.name}.py": program.text.encode() for program, _ in programs}
    stages = [
        _STAGE.format(name=program.name, alpha=program.settings[0], k=program.settings[1]) for program, _ in programs
    ]
    return MemoryFiles({**files, "Runefile.yml": "".join([_HEAD, *stages]).encode()})


def together(programs: Sequence[tuple[BlockProgram, list[bytes]]]) -> tuple[list[list[bytes]], bytes]:
    """The inputs of each run, and the bytes of all outputs, run by run."""
    frames = [
        [packed(type_, elements) for type_, elements in zip(INPUTS, inputs, strict=True)]
        for inputs in some_inputs(SEED, INPUTS, RUNS)
    ]
    return frames, b"".join(outputs[run] for run in range(RUNS) for _, outputs in programs)
