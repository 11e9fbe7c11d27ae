"""Blocks compiled by the machine's own compiler, many in one program, and what each run of them gives."""

from __future__ import annotations

import math
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rune.c_library import HEADERS
from rune.pyblock.c.emit import EmittedBlock
from rune.pyblock.c.lines import ELEMENT_TYPES
from rune.pyblock.ir import TypedBlock
from rune.pyblock.numbers import to_f32
from rune.tensor import ElementType, TensorType

_CODES = {
    ElementType.U8: "B", ElementType.I8: "b", ElementType.U16: "H", ElementType.I16: "h", ElementType.U32: "I",
    ElementType.I32: "i", ElementType.I64: "q", ElementType.F32: "f", ElementType.F64: "d",
}  # fmt: skip
Elements = list[bool | int | float]


@dataclass(frozen=True)
class NativeCase:
    """A compiled block with the inputs of its runs, which share a state."""

    block: TypedBlock
    emitted: EmittedBlock
    runs: tuple[tuple[Elements, ...], ...]


def some_inputs(seed: int, types: Sequence[TensorType], runs: int) -> tuple[tuple[Elements, ...], ...]:
    """Numbers for so many runs."""
    chance = Random(seed)

    def elements(type_: TensorType) -> Elements:
        if type_.element.is_float:
            return [
                to_f32(chance.choice((chance.uniform(-3, 3), chance.uniform(-1, 1), 0.0))) for _ in range(type_.count)
            ]
        return [chance.randint(-100, 100) for _ in range(type_.count)]

    return tuple(tuple(map(elements, types)) for _ in range(runs))


def packed(type_: TensorType, elements: Elements) -> bytes:
    """The bytes of a tensor; a NaN has one bit pattern."""
    code = _CODES[type_.element]
    numbers = [math.nan if isinstance(each, float) and math.isnan(each) else each for each in elements]
    return struct.pack(f"<{type_.count}{code}", *numbers)


def results(cases: Sequence[NativeCase], folder: Path, *flags: str) -> list[list[bytes | str]]:
    """Returns for each case the bytes of all outputs of each run, or the message of the run that failed, which is
    the last."""
    source = folder / "blocks.c"
    source.write_text("\n".join(_program(cases)), encoding="ascii")
    command = ["gcc", "-std=c99", "-O1", *flags, f"-I{HEADERS}", "-o", str(folder / "blocks"), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    process = subprocess.run([str(folder / "blocks")], check=True, capture_output=True, text=True, timeout=300)
    outcomes: list[list[bytes | str]] = [[] for _ in cases]
    for line in process.stdout.splitlines():
        number, word, rest = line.split(" ", 2)
        outcomes[int(number)].append(bytes.fromhex(rest) if word == "ok" else rest)
    return outcomes


def _program(cases: Sequence[NativeCase]) -> list[str]:
    lines = ["#include <stdio.h>", "#include <string.h>", "#define RUNE_FAIL_RETURNS", '#include "rune.h"', _SUPPORT]
    for case in {case.emitted.name: case for case in cases}.values():
        lines.append(case.emitted.text)
    for number, case in enumerate(cases):
        lines += _case(number, case)
    return [
        *lines,
        "int main(void) {",
        *(f"    case_{number}();" for number in range(len(cases))),
        "    return 0;",
        "}",
        "",
    ]


def _case(number: int, case: NativeCase) -> list[str]:
    lines = []
    block = case.block
    for run, inputs in enumerate(case.runs):
        for position, (type_, elements) in enumerate(zip(block.inputs, inputs, strict=True)):
            array = ", ".join(_literal(each) for each in elements)
            lines.append(f"static const {ELEMENT_TYPES[type_.element]} in_{number}_{run}_{position}[] = {{{array}}};")
    lines.append(f"static void case_{number}(void) {{")
    state, scratch = case.emitted.state_size, case.emitted.scratch_size
    for name, size in (("state", state), ("scratch", scratch)):
        # As many bytes as it says, so that one behind them is not its own.
        lines.append(f"    static __attribute__((aligned(8))) unsigned char {name}[{max(size, 1)}];")
        lines.append(f"    (void){name};")
    for position, type_ in enumerate(block.outputs):
        lines.append(f"    static {ELEMENT_TYPES[type_.element]} out_{position}[{type_.count}];")
    for run in range(len(case.runs)):
        arguments = [f"in_{number}_{run}_{position}" for position in range(len(block.inputs))]
        arguments += [f"out_{position}" for position in range(len(block.outputs))]
        arguments += (["state"] if state else []) + (["scratch"] if scratch else [])
        lines.append(f"    failure[0] = 0; {case.emitted.function}({', '.join(arguments)});")
        lines.append(f'    if (failure[0]) {{ printf("{number} fail %s\\n", failure); return; }}')
        lines.append(f'    printf("{number} ok ");')
        for position in range(len(block.outputs)):
            lines.append(f"    show(out_{position}, sizeof out_{position});")
        lines.append('    printf("\\n");')
    return [*lines, "}"]


def _literal(value: bool | int | float) -> str:
    return value.hex() if isinstance(value, float) else str(int(value))


_SUPPORT = """
static char failure[241];
void rune_message_text(struct rune_message *message, const char *text) {
    while (*text && message->size < sizeof message->bytes) message->bytes[message->size++] = *text++;
}
void rune_message_number(struct rune_message *message, int64_t number) {
    char text[24];
    sprintf(text, "%lld", (long long)number);
    rune_message_text(message, text);
}
void rune_fail(const struct rune_message *message) {
    memcpy(failure, message->bytes, message->size);
    failure[message->size] = 0;
}
static void show(const void *bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) printf("%02x", ((const unsigned char *)bytes)[i]);
}
"""
