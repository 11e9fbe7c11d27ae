"""Combines a block and its tests into one block, which runs the test with the number in its input."""

from __future__ import annotations

from rune.pyblock.checking.functions import functions_called_by
from rune.pyblock.ir import (
    Assign,
    Evaluate,
    Fill,
    Function,
    HelperCall,
    If,
    LoadElement,
    NumberComparison,
    NumberConstant,
    ReadVariable,
    Return,
    Statement,
    TypedBlock,
)
from rune.pyblock.numbers import Scalar
from rune.pyblock.running.witness import WITNESS
from rune.pyblock.testing.assertions import NUMBERS, OUTCOME
from rune.pyblock.testing.check import CheckedTests
from rune.pyblock.variables import ArrayRole, ArrayVariable, Variable
from rune.tensor import ElementType, TensorType

NUMBER = TensorType(ElementType.I32, (1,))
"""The number of a test, from 0."""


def combine_tests(checked_tests: CheckedTests) -> TypedBlock:
    """Returns the block that runs one test of a file. Its outputs are `OUTCOME` and `NUMBERS`, all zero if the test
    passed, and `WITNESS`."""
    number_input = ArrayVariable("number", NUMBER, ArrayRole.CALLER, is_writable=False)
    witness = ArrayVariable("witness", WITNESS, ArrayRole.LOCAL, is_writable=True)
    selector = Variable("wanted", Scalar.INT)
    outcome = ArrayVariable("outcome", OUTCOME, ArrayRole.LOCAL, is_writable=True)
    numbers = ArrayVariable("numbers", NUMBERS, ArrayRole.LOCAL, is_writable=True)
    first = LoadElement(number_input, (NumberConstant(0, Scalar.INT, 1),), Scalar.INT, 1)
    body: list[Statement] = [Fill(outcome, (), 1), Fill(numbers, (), 1), Fill(witness, (), 1)]
    body.append(Assign(selector, first, 1))
    for number, test in enumerate(checked_tests.tests):
        is_selected = NumberComparison(
            "==", ReadVariable(selector, test.line), NumberConstant(number, Scalar.INT, test.line), test.line
        )
        run = Evaluate((HelperCall(test.function, (outcome, numbers, witness), None, test.line),), test.line)
        body.append(If(is_selected, (run,), (), test.line))
    entry = Function(
        name="tests",
        parameters=(number_input,),
        variables=(selector,),
        arrays=(outcome, numbers, witness),
        body=(*body, Return((outcome, numbers, witness), 1)),
        gives=None,
        file=checked_tests.text.file,
        calls=tuple(test.function for test in checked_tests.tests),
    )
    return TypedBlock(entry, functions_called_by(entry), (NUMBER,), (), (), (OUTCOME, NUMBERS, WITNESS))
