"""What generated programs give in Python and by their typed form."""

from __future__ import annotations

from collections.abc import Iterable

from rune.compiler.pyblock.check import CheckedFile, check_file
from rune.compiler.pyblock.emit import emit
from rune.compiler.pyblock.evaluate import BlockEvaluation
from rune.compiler.pyblock.numbers import BlockFailure
from rune.compiler.pyblock.python import PythonBlock
from tests.rune.compiler.pyblock.native import Case, Elements, packed, some_inputs
from tests.rune.compiler.pyblock.programs import INPUTS, Program, program

RUNS = 3


def checked(made: Program) -> CheckedFile:
    """The program, which has no problems."""
    found = check_file(f"{made.name}.py", made.text, INPUTS)
    assert not found.problems, (made.text, found.problems)
    return found


def case_of(made: Program, found: CheckedFile, seed: int) -> Case:
    assert found.block is not None
    emitted = emit(found.block, f"{made.name}.py", made.settings)
    return Case(found.block, emitted, some_inputs(seed, INPUTS, RUNS))


def outcomes(runner: BlockEvaluation | PythonBlock, made: Program, case: Case) -> list[bytes | str]:
    """The bytes of each run, or the message of the first that fails."""
    found: list[bytes | str] = []
    for inputs in case.runs:
        try:
            given = [list(each) for each in inputs]
            found.append(_bytes(case, runner.run(given, made.settings)))
        except BlockFailure as failure:
            found.append(f"{made.name}.py:{failure.line}: {failure.message}")
            break
    return found


def _bytes(case: Case, outputs: Iterable[Elements]) -> bytes:
    return b"".join(packed(type_, each) for type_, each in zip(case.block.outputs, outputs, strict=True))


def in_python(seed: int) -> tuple[Program, Case, list[bytes | str]]:
    """A program with what it gives in Python."""
    made = program(seed)
    found = checked(made)
    case = case_of(made, found, seed)
    return made, case, outcomes(PythonBlock(found), made, case)


def everywhere(seed: int) -> tuple[Program, Case, list[bytes | str]]:
    """A program with what it gives, in Python and by its typed form alike."""
    made = program(seed)
    found = checked(made)
    case = case_of(made, found, seed)
    assert found.block is not None
    evaluated = outcomes(BlockEvaluation(found.block), made, case)
    python = outcomes(PythonBlock(found), made, case)
    assert python == evaluated, made.text
    return made, case, evaluated
