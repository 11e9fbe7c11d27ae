"""Writes a test from the recent runs of a block: their inputs, and the outputs of the last one."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rune.pyblock.checking.signature import ArrayShape, BlockSignature
from rune.pyblock.numbers import Scalar, to_f32
from rune.tensor import ElementType, TensorType
from rune.wording import counted

Number = bool | int | float
MAX_NUMBERS = 1500
"""The maximum count of numbers in a written test; more need a recording."""
_WIDTH = 110
_F32_DIGITS = 9


class NotRecorded(Exception):
    """No test could be written; the message is the reason."""


@dataclass(frozen=True)
class RecordedRuns:
    """The inputs of each run, as flat numbers, and the outputs of the last run."""

    signature: BlockSignature
    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]
    values: Sequence[Sequence[Sequence[Number]]]
    gave: Sequence[Sequence[Number]]
    settings: Mapping[str, Number]


def count_recordable_runs(inputs: Sequence[TensorType], runs: int) -> int:
    """Returns how many of the newest runs fit in a test. Raises `NotRecorded` if none does."""
    count = sum(each.count for each in inputs)
    if count > MAX_NUMBERS:
        raise NotRecorded(
            f"The block reads {counted(count, 'number')} per run, but a test can contain only {MAX_NUMBERS:,}. "
            'Add a recording to the samples, and read it with `recording("...")`.'
        )
    return min(runs, MAX_NUMBERS // max(count, 1))


def recorded_test(name: str, runs: RecordedRuns) -> str:
    """Returns the text of the test function. Raises `NotRecorded` if a number cannot be compared."""
    signature = runs.signature
    settings = [
        f", {each.name}={runs.settings[each.name]!r}"
        for each in signature.settings
        if each.name in runs.settings and runs.settings[each.name] != each.default
    ]
    calls = [_call(runs, inputs, "".join(settings)) for inputs in runs.values]
    names = [f"y{index or ''}" for index in range(len(runs.outputs))]
    lines = [f"def {name}():", *map(_indented, calls[:-1]), _indented(f"{', '.join(names)} = {calls[-1]}")]
    for name_of_output, shape, type_, numbers in zip(names, signature.outputs, runs.outputs, runs.gave, strict=True):
        lines.append(_indented(f"assert {name_of_output} == {_list_text(shape, type_, numbers)}"))
    return "\n".join(lines) + "\n"


def _call(runs: RecordedRuns, run: Sequence[Sequence[Number]], settings: str) -> str:
    inputs = [
        _list_text(each.shape, type_, numbers)
        for each, type_, numbers in zip(runs.signature.inputs, runs.inputs, run, strict=True)
    ]
    return f"{runs.signature.name}({', '.join(inputs)}{settings})"


def _list_text(shape: ArrayShape | Scalar, type_: TensorType, numbers: Sequence[Number]) -> str:
    literals = [_literal(number, type_.element) for number in numbers]
    if isinstance(shape, Scalar):
        return literals[0]
    for size in reversed(type_.dimensions):
        literals = [f"[{', '.join(literals[at : at + size])}]" for at in range(0, len(literals), size)]
    return literals[0]


def _literal(number: Number, element: ElementType) -> str:
    """Returns the shortest decimal that gives this number."""
    if not element.is_float:
        return str(int(number))
    if not math.isfinite(number):
        raise NotRecorded("An output contains infinity or NaN, which a test cannot compare.")
    if element is ElementType.F64:
        return repr(float(number))
    for digits in range(1, _F32_DIGITS + 1):
        short = float(f"{number:.{digits}g}")
        if to_f32(short) == number:
            return repr(short)
    return repr(float(number))


def _indented(line: str) -> str:
    lines = textwrap.wrap(line, _WIDTH - 4, break_long_words=False, break_on_hyphens=False, subsequent_indent="    ")
    return textwrap.indent("\n".join(lines), "    ")
