"""The results of generated programs in Python and by their typed form."""

from __future__ import annotations

from collections.abc import Iterable

from rune.pyblock.c.emit import emit
from rune.pyblock.checking.block import CheckedBlockFile, check_file
from rune.pyblock.numbers import BlockFailure
from rune.pyblock.running.evaluate import BlockEvaluation
from rune.pyblock.running.python import PythonBlock
from tests.support.compiler.python_blocks.native import Elements, NativeCase, packed, some_inputs
from tests.support.compiler.python_blocks.programs import INPUTS, BlockProgram, program

RUNS = 3


def checked(block_program: BlockProgram) -> CheckedBlockFile:
    """The program, which has no problems."""
    checked_file = check_file(f"{block_program.name}.py", block_program.text, INPUTS)
    assert not checked_file.problems, (block_program.text, checked_file.problems)
    return checked_file


def case_of(block_program: BlockProgram, checked_file: CheckedBlockFile, seed: int) -> NativeCase:
    assert checked_file.block is not None
    code = emit(checked_file.block, f"{block_program.name}.py", block_program.settings)
    return NativeCase(checked_file.block, code, some_inputs(seed, INPUTS, RUNS))


def outcomes(runner: BlockEvaluation | PythonBlock, block_program: BlockProgram, case: NativeCase) -> list[bytes | str]:
    """The bytes of each run, or the message of the first that fails."""
    results: list[bytes | str] = []
    for inputs in case.runs:
        try:
            run_inputs = [list(each) for each in inputs]
            results.append(_bytes(case, runner.run(run_inputs, block_program.settings)))
        except BlockFailure as failure:
            results.append(f"{block_program.name}.py:{failure.line}: {failure.message}")
            break
    return results


def _bytes(case: NativeCase, outputs: Iterable[Elements]) -> bytes:
    return b"".join(packed(type_, each) for type_, each in zip(case.block.outputs, outputs, strict=True))


def in_python(seed: int) -> tuple[BlockProgram, NativeCase, list[bytes | str]]:
    """A program with what it gives in Python."""
    block_program = program(seed)
    checked_file = checked(block_program)
    case = case_of(block_program, checked_file, seed)
    return block_program, case, outcomes(PythonBlock(checked_file), block_program, case)


def everywhere(seed: int) -> tuple[BlockProgram, NativeCase, list[bytes | str]]:
    """A program with what it gives, in Python and by its typed form alike."""
    block_program = program(seed)
    checked_file = checked(block_program)
    case = case_of(block_program, checked_file, seed)
    assert checked_file.block is not None
    by_typed_form = outcomes(BlockEvaluation(checked_file.block), block_program, case)
    python = outcomes(PythonBlock(checked_file), block_program, case)
    assert python == by_typed_form, block_program.text
    return block_program, case, by_typed_form
