"""Looking up the operators of models: which can be compiled into a rune, with which types.

The facts are those of the page of operators, which is written from the models that the tests compare with LiteRT.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from pydantic import Field

from rune.model.tflite.format.operators import OPERATOR_NAMES
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments, tool
from rune.tools.mcp.looking_up import LookUp
from rune.tools.mcp.references import FOLDER
from rune.wording import counted

MOST_OPERATORS: Final = 20
"""Operators that one call describes."""
_ROW: Final = re.compile(r"^\| (?!operator )(?P<name>\w+) \| (?P<types>[^|]*) \| (?P<micro>yes)? *\|$", re.MULTILINE)


@dataclass(frozen=True)
class CompiledOperator:
    """An operator that can be compiled into a rune: with which types, and whether TensorFlow Lite Micro has it."""

    types: str
    is_in_micro: bool


class FindOperators(ToolArguments):
    """Words to look for in the names of operators."""

    words: str = Field(
        description="some words or names, such as 'conv' or 'SOFTMAX GELU'; empty for the names of all", default=""
    )


class OperatorRow(ToolAnswer):
    """An operator of TFLite. `types` are those with which it is compiled, empty where `is_compiled` is false."""

    name: str
    is_compiled: bool
    types: str
    is_in_micro: bool
    page: str


class OperatorsAnswer(ToolAnswer):
    """The operators that fit, and the names of all that are compiled."""

    operators: list[OperatorRow]
    compiled_names: list[str]


@tool("find_operators", "Find operators of models")
def find_operators(call: LookUp, arguments: FindOperators) -> OperatorsAnswer:
    """Finds operators of TFLite by their names. A compiled one runs on all targets, from its own code; a model with
    another one is embedded, and runs only where its host has an interpreter. `is_in_micro` says that TensorFlow Lite
    Micro has it too."""
    by_name = compiled_operators()
    names = fitting_names(arguments.words, dict.fromkeys([*by_name, *OPERATOR_NAMES]))[:MOST_OPERATORS]
    page = call.reference_address("operators", "operators")
    call.note_read(f"looked for operators: {arguments.words or counted(len(by_name), 'name')}")
    return OperatorsAnswer(
        operators=[
            OperatorRow(
                name=name,
                is_compiled=name in by_name,
                types=by_name[name].types if name in by_name else "",
                is_in_micro=name in by_name and by_name[name].is_in_micro,
                page=page,
            )
            for name in names
        ],
        compiled_names=list(by_name),
    )


@cache
def compiled_operators() -> dict[str, CompiledOperator]:
    """Returns the operators that are compiled, by their names."""
    text = (FOLDER / "operators.md").read_text("utf-8")
    return {
        row["name"]: CompiledOperator(row["types"].strip(), row["micro"] is not None) for row in _ROW.finditer(text)
    }


def fitting_names(words: str, names: Iterable[str]) -> list[str]:
    """Returns the names that have one of some words in them, those that are a word first."""
    parts = [each for each in re.split(r"[\s,]+", words.upper()) if each]
    fitting = [each for each in names if any(part in each.upper() for part in parts)]
    return sorted(fitting, key=lambda name: name.upper() not in parts)
