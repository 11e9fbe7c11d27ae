"""All tests of a file and the block as one block, which is told the number of a test and gives what that found."""

from __future__ import annotations

from rune.compiler.pyblock.check import called_by
from rune.compiler.pyblock.ir import (
    ArrayVariable,
    Assign,
    Block,
    Call,
    Compare,
    Constant,
    Evaluate,
    Fill,
    Function,
    If,
    Load,
    Read,
    Return,
    Role,
    Statement,
    Variable,
)
from rune.compiler.pyblock.numbers import Scalar
from rune.compiler.pyblock.testing.assertions import NUMBERS, OUTCOME
from rune.compiler.pyblock.testing.check import CheckedTests
from rune.compiler.pyblock.testing.witness import WITNESS
from rune.tensor import ElementType, TensorType

NUMBER = TensorType(ElementType.I32, (1,))
"""The number of a test, from 0 on."""


def joined(checked: CheckedTests) -> Block:
    """The block that runs one test of a file. Its outputs are `OUTCOME` and `NUMBERS`, all zero where it
    passed, and `WITNESS`."""
    given = ArrayVariable("number", NUMBER, Role.GIVEN, is_writable=False)
    witness = ArrayVariable("witness", WITNESS, Role.LOCAL, is_writable=True)
    wanted = Variable("wanted", Scalar.INT)
    outcome = ArrayVariable("outcome", OUTCOME, Role.LOCAL, is_writable=True)
    numbers = ArrayVariable("numbers", NUMBERS, Role.LOCAL, is_writable=True)
    first = Load(given, (Constant(0, Scalar.INT, 1),), Scalar.INT, 1)
    body: list[Statement] = [Fill(outcome, (), 1), Fill(numbers, (), 1), Fill(witness, (), 1)]
    body.append(Assign(wanted, first, 1))
    for number, test in enumerate(checked.tests):
        asked = Compare("==", Read(wanted, test.line), Constant(number, Scalar.INT, test.line), test.line)
        run = Evaluate((Call(test.function, (outcome, numbers, witness), None, test.line),), test.line)
        body.append(If(asked, (run,), (), test.line))
    entry = Function(
        name="tests",
        parameters=(given,),
        variables=(wanted,),
        arrays=(outcome, numbers, witness),
        body=(*body, Return((outcome, numbers, witness), 1)),
        gives=None,
        file=checked.text.file,
        calls=tuple(test.function for test in checked.tests),
    )
    return Block(entry, called_by(entry), (NUMBER,), (), (), (OUTCOME, NUMBERS, WITNESS))
