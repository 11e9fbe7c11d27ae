"""Looking up the operators of models."""

from __future__ import annotations

import pytest

from rune.compiler.anvil.ops import OPERATIONS
from rune.tools.mcp.operators import FindOperators, OperatorsAnswer, compiled_operators, find_operators, fitting_names


class NotingCaller:
    """The caller of a tool, who keeps what was read."""

    def __init__(self) -> None:
        self.summary = ""

    def note_read(self, summary: str) -> None:
        self.summary = summary

    def reference_address(self, page: str, place: str) -> str:
        return f"/{page}#{place}"


def find(words: str) -> OperatorsAnswer:
    answer = find_operators.function(NotingCaller(), FindOperators(words=words))
    assert isinstance(answer, OperatorsAnswer)
    return answer


def test_all_operators_that_have_code_are_listed() -> None:
    missing = {each.removeprefix("CUSTOM:") for each in OPERATIONS} - set(compiled_operators())
    assert missing == set()
    assert "operator" not in compiled_operators()


def test_an_operator_has_its_types_and_says_whether_micro_has_it() -> None:
    softmax, gelu = find("SOFTMAX").operators[0], find("gelu").operators[0]
    assert (softmax.name, softmax.is_compiled, softmax.is_in_micro) == ("SOFTMAX", True, True)
    assert "int8" in softmax.types
    assert (gelu.is_compiled, gelu.is_in_micro, gelu.page) == (True, False, "/operators#operators")


def test_an_operator_that_is_not_compiled_is_named_as_such() -> None:
    (row,) = find("FAKE_QUANT").operators
    assert (row.is_compiled, row.types, row.is_in_micro) == (False, "", False)


def test_without_words_there_are_the_names_alone() -> None:
    answer = find(" ")
    assert answer.operators == []
    assert {"CONV_2D", "TFLite_Detection_PostProcess"} <= set(answer.compiled_names)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("add", ["ADD", "ADD_N", "STABLEHLO_ADD"]),
        ("add_n", ["ADD_N"]),
        ("no such", []),
        ("ADD_N, relu", ["RELU", "ADD_N"]),
    ],
)
def test_names_that_are_a_word_come_first(words: str, names: list[str]) -> None:
    operators = ["STABLEHLO_ADD", "RELU", "ADD", "ADD_N"]
    assert sorted(fitting_names(words, operators), key=names.index) == names
    assert fitting_names("add", operators)[0] == "ADD"
