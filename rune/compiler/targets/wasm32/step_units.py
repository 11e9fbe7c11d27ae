"""Compiles the calls of a pipeline apart from each other, so that an edit of one stage compiles no other.

The calls of one header are a unit. Their real numbers are a constant array beside it: another number changes data and
no code, and nothing is compiled. Programs that are built once are emitted as a whole instead, which takes fewer bytes.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from rune.blocks.signature import GeneratedHeader, Header
from rune.compiler.anvil.c.calls import Notation, gate_lines
from rune.compiler.anvil.c.shared_calls import SharedCalls
from rune.compiler.anvil.c.text import literal
from rune.compiler.anvil.program import KernelInvocation, Program, ResourcePlace, Step, Structure, calls
from rune.compiler.anvil.sources import Unit

_REAL = re.compile(r"(?<![\w.])0x[0-9a-f]+\.[0-9a-f]+p[+-][0-9]+(?P<single>f?)")
"""A real number as blocks in Python are compiled to it."""
_OWN_NAME = re.compile(r"(?<=block_)[0-9a-f]{16}", re.IGNORECASE)
"""The part of a compiled block's name that depends on its text."""


def part_of(step: Step) -> int:
    """The part that a step is compiled in."""
    return next((call.part for call in calls(step)), 0)


def has_own_unit(step: Step) -> TypeGuard[KernelInvocation]:
    """Returns whether a step is compiled in the unit of its header: it needs nothing that only the pipeline's own
    text has."""
    return (
        isinstance(step, KernelInvocation)
        and part_of(step) == 0
        and not any(isinstance(argument, ResourcePlace) for argument in step.arguments)
    )


@dataclass
class _Numbers:
    """The real numbers of a unit, in the array `name`."""

    name: str
    values: list[float] = field(default_factory=list)

    def text(self, value: int | float) -> str:
        """The number as C: an element of the array, or a literal where it decides about code."""
        if not isinstance(value, float) or not math.isfinite(value):
            return literal(value)
        self.values.append(value)
        return f"{self.name}[{len(self.values) - 1}]"

    def in_header(self, text: str) -> str:
        """A compiled block with its numbers in the array; its tables stay as they are."""

        def element(match: re.Match[str]) -> str:
            number = self.text(float.fromhex(match[0].rstrip("f")))
            return f"((float){number})" if match["single"] else number

        lines = text.split("\n")
        return "\n".join(line if "static " in line else _REAL.sub(element, line) for line in lines)

    def data(self) -> bytes:
        return struct.pack(f"<{len(self.values)}d", *self.values)


@dataclass(frozen=True)
class StepUnits:
    """The files and units of the steps that have their own."""

    files: Mapping[str, bytes]
    units: Sequence[Unit]


def step_units(
    program: Program,
    headers: Mapping[Header, str],
    externals: Sequence[str],
    name_of: Callable[[int], str],
    notation: Notation,
) -> StepUnits:
    """The steps of part 0 by their headers. `headers` has the names of the files to include, `externals` declares the
    memory, and `name_of` gives a step's function by its number."""
    numbered_steps = _numbered_steps(program)
    files: dict[str, bytes] = {}
    units: list[Unit] = []
    for number, header in enumerate(dict.fromkeys(step.header for _, _, step in numbered_steps)):
        mine = [each for each in numbered_steps if each[2].header == header]
        source, numbers = f"steps_{number}.c", _Numbers(f"numbers_{number}")
        name = headers[header]
        if isinstance(header, GeneratedHeader):
            name = f"blocks/own_{number}.h"
            files[name] = _OWN_NAME.sub(str(number), numbers.in_header(header.text)).encode("ascii")
        text = _text(mine, program, f"steps_{number}_shared", replace(notation, number=numbers.text), name_of)
        is_own = isinstance(header, GeneratedHeader)
        text = _OWN_NAME.sub(str(number), text) if is_own else text
        declarations = ['#include "common/rune.h"', *externals, f"extern const double {numbers.name}[];"]
        lines = ["/* Steps of a rune. */", *declarations, f'#include "{name}"', "", text, ""]
        files[source] = "\n".join(lines).encode("ascii")
        units.append(Unit(source))
        if numbers.values:
            units.append(Unit(numbers.name, data=numbers.data()))
    return StepUnits(files, units)


def _numbered_steps(program: Program) -> list[tuple[int, int, KernelInvocation]]:
    """The steps that have their own units: their numbers in the program and in part 0."""
    numbered_steps: list[tuple[int, int, KernelInvocation]] = []
    count = 0
    for whole, step in enumerate(program.steps):
        if has_own_unit(step):
            numbered_steps.append((whole, count, step))
        count += part_of(step) == 0
    return numbered_steps


def _text(
    mine: Iterable[tuple[int, int, KernelInvocation]],
    program: Program,
    prefix: str,
    notation: Notation,
    name_of: Callable[[int], str],
) -> str:
    """The functions of steps. The fields of a structure are constants of C, so their numbers stay literals."""
    plain = replace(notation, number=literal)
    steps = list(mine)
    shared_calls = SharedCalls(prefix, [step for _, _, step in steps])
    lines = [*shared_calls.functions(plain)]
    for whole, number, step in steps:
        is_plain = any(isinstance(argument, Structure) for argument in step.arguments)
        body = shared_calls.lines(step, plain if is_plain else notation)
        gates = gate_lines(step, program.needed_gates(whole))
        lines += [f"__attribute__((noinline)) void {name_of(number)}(void)", "{", *gates, *body, "}", ""]
    return "\n".join(lines)
