"""A test written from what a block read just now: its runs from the beginning, and what the last of them gave."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rune.compiler.pyblock.numbers import Scalar, to_f32
from rune.compiler.pyblock.signature import ArrayShape, BlockSignature
from rune.tensor import ElementType, TensorType
from rune.wording import counted

Number = bool | int | float
MOST_NUMBERS = 1500
"""Numbers that are written down: more are a recording."""
_WIDTH = 110
_F32_DIGITS = 9


class NotRecorded(Exception):
    """Why there is no test, as a sentence."""


@dataclass(frozen=True)
class Runs:
    """What a block was given, run after run, as flat numbers for each input; and what the last run gave."""

    signature: BlockSignature
    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]
    given: Sequence[Sequence[Sequence[Number]]]
    gave: Sequence[Sequence[Number]]
    settings: Mapping[str, Number]


def newest_that_fit(inputs: Sequence[TensorType], given: int) -> int:
    """How many of the newest runs are written down. Raises `NotRecorded` where not even one is."""
    count = sum(each.count for each in inputs)
    if count > MOST_NUMBERS:
        raise NotRecorded(
            f"The block reads {counted(count, 'number')} a run, and a test has room for {MOST_NUMBERS:,}. "
            'Add a recording to the samples, and read it with `recording("...")`.'
        )
    return min(given, MOST_NUMBERS // max(count, 1))


def recorded_test(name: str, runs: Runs) -> str:
    """The function of the test. Raises `NotRecorded` where a number cannot be compared."""
    signature = runs.signature
    settings = [
        f", {each.name}={runs.settings[each.name]!r}"
        for each in signature.settings
        if each.name in runs.settings and runs.settings[each.name] != each.default
    ]
    calls = [_call(runs, given, "".join(settings)) for given in runs.given]
    names = [f"y{index or ''}" for index in range(len(runs.outputs))]
    lines = [f"def {name}():", *map(_indented, calls[:-1]), _indented(f"{', '.join(names)} = {calls[-1]}")]
    for written, shape, type_, numbers in zip(names, signature.outputs, runs.outputs, runs.gave, strict=True):
        lines.append(_indented(f"assert {written} == {_listed(shape, type_, numbers)}"))
    return "\n".join(lines) + "\n"


def _call(runs: Runs, given: Sequence[Sequence[Number]], settings: str) -> str:
    inputs = [
        _listed(each.shape, type_, numbers)
        for each, type_, numbers in zip(runs.signature.inputs, runs.inputs, given, strict=True)
    ]
    return f"{runs.signature.name}({', '.join(inputs)}{settings})"


def _listed(shape: ArrayShape | Scalar, type_: TensorType, numbers: Sequence[Number]) -> str:
    written = [_literal(number, type_.element) for number in numbers]
    if isinstance(shape, Scalar):
        return written[0]
    for size in reversed(type_.dimensions):
        written = [f"[{', '.join(written[at : at + size])}]" for at in range(0, len(written), size)]
    return written[0]


def _literal(number: Number, element: ElementType) -> str:
    """The shortest decimal that is read back as this number."""
    if not element.is_float:
        return str(int(number))
    if not math.isfinite(number):
        raise NotRecorded("There is an infinite number, or none, among them: that cannot be written down.")
    if element is ElementType.F64:
        return repr(float(number))
    for digits in range(1, _F32_DIGITS + 1):
        short = float(f"{number:.{digits}g}")
        if to_f32(short) == number:
            return repr(short)
    return repr(float(number))


def _indented(line: str) -> str:
    wrapped = textwrap.wrap(line, _WIDTH - 4, break_long_words=False, break_on_hyphens=False, subsequent_indent="    ")
    return textwrap.indent("\n".join(wrapped), "    ")
