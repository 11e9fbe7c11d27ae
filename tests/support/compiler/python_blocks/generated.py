"""The results of generated programs in Python and by their typed form."""

from __future__ import annotations

from collections.abc import Iterable

from rune.compiler.pyblock.c.emit import emit
from rune.compiler.pyblock.checking.block import CheckedBlockFile, check_file
from rune.compiler.pyblock.numbers import BlockFailure
from rune.compiler.pyblock.running.evaluate import BlockEvaluation
from rune.compiler.pyblock.running.python import PythonBlock
from tests.support.compiler.python_blocks.native import Elements, NativeCase, packed, some_inputs
from tests.support.compiler.python_blocks.programs import INPUTS, BlockProgram, program

RUNS = 3


def checked(generated: BlockProgram) -> CheckedBlockFile:
    """The program, which has no problems."""
    checked_file = check_file(f"{generated.name}.py", generated.text, INPUTS)
    assert not checked_file.problems, (generated.text, checked_file.problems)
    return checked_file


def case_of(generated: BlockProgram, checked_file: CheckedBlockFile, seed: int) -> NativeCase:
    assert checked_file.block is not None
    emitted = emit(checked_file.block, f"{generated.name}.py", generated.settings)
    return NativeCase(checked_file.block, emitted, some_inputs(seed, INPUTS, RUNS))


def outcomes(runner: BlockEvaluation | PythonBlock, generated: BlockProgram, case: NativeCase) -> list[bytes | str]:
    """The bytes of each run, or the message of the first that fails."""
    results: list[bytes | str] = []
    for inputs in case.runs:
        try:
            run_inputs = [list(each) for each in inputs]
            results.append(_bytes(case, runner.run(run_inputs, generated.settings)))
        except BlockFailure as failure:
            results.append(f"{generated.name}.py:{failure.line}: {failure.message}")
            break
    return results


def _bytes(case: NativeCase, outputs: Iterable[Elements]) -> bytes:
    return b"".join(packed(type_, each) for type_, each in zip(case.block.outputs, outputs, strict=True))


def in_python(seed: int) -> tuple[BlockProgram, NativeCase, list[bytes | str]]:
    """A program with what it gives in Python."""
    generated = program(seed)
    checked_file = checked(generated)
    case = case_of(generated, checked_file, seed)
    return generated, case, outcomes(PythonBlock(checked_file), generated, case)


def everywhere(seed: int) -> tuple[BlockProgram, NativeCase, list[bytes | str]]:
    """A program with what it gives, in Python and by its typed form alike."""
    generated = program(seed)
    checked_file = checked(generated)
    case = case_of(generated, checked_file, seed)
    assert checked_file.block is not None
    evaluated = outcomes(BlockEvaluation(checked_file.block), generated, case)
    python = outcomes(PythonBlock(checked_file), generated, case)
    assert python == evaluated, generated.text
    return generated, case, evaluated
