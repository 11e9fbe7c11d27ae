"""`<name>_selftest.c`: runs the rune on inputs that are made there, and compares a digest of each step's result.

The inputs come from a generator and are not stored: a self-test takes four bytes of flash for each step.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rune.compiler.anvil.c.text import C_TYPES
from rune.compiler.targets.c.interface import Interface, StructField
from rune.compiler.targets.c.names import identifier
from rune.tensor import ElementType, TensorType

_WORD = 0xFFFFFFFF
_SHIFTS = {ElementType.U8: 24, ElementType.I8: 24, ElementType.U16: 16, ElementType.I16: 16}
_INDEX_SHIFT = 30
"""The shift of random 32 or 64 bit inputs, which are mostly indices: 0 to 3."""


@dataclass(frozen=True)
class GoldenRun:
    """One run of a self-test: where its inputs begin (not 0), and the digest that each step has to give."""

    seed: int
    digests: tuple[int, ...]


def golden_inputs(types: Sequence[TensorType], seed: int) -> list[bytes]:
    """The bytes that the C makes of a seed, one tensor after another: integers over their whole range, floats in 0 to 1
    in steps of 1/256, of an even seed in -1 to 1."""
    words = _words(seed)
    return [_tensor(kind, seed, words) for kind in types]


def _words(state: int) -> Iterator[int]:
    """Marsaglia's xorshift of 32 bits."""
    while True:
        state ^= (state << 13) & _WORD
        state ^= state >> 17
        state ^= (state << 5) & _WORD
        yield state


def _tensor(kind: TensorType, seed: int, words: Iterator[int]) -> bytes:
    layout = kind.element.struct_code
    numbers: list[float] = []
    for _ in range(kind.count):
        word = next(words)
        if kind.element.is_float:
            numbers.append((word >> 24) / 256 if seed % 2 else ((word >> 23) - 256) / 256)
            continue
        number = word >> _SHIFTS.get(kind.element, _INDEX_SHIFT)
        is_negative = kind.element in (ElementType.I8, ElementType.I16) and word >> 31
        numbers.append(number - (1 << (32 - _SHIFTS[kind.element])) if is_negative else number)
    return struct.pack(f"<{kind.count}{layout}", *numbers)


def selftest_file(interface: Interface, names: Sequence[str], runs: Sequence[GoldenRun]) -> str:
    """The file, for at least one run and one step. A step's name becomes an identifier."""
    return "\n".join(_lines(interface, names, runs)) + "\n"


def _lines(interface: Interface, names: Sequence[str], runs: Sequence[GoldenRun]) -> Iterator[str]:
    prefix, upper = interface.prefix, interface.upper
    yield f"/* The self-test of {interface.name}: `{prefix}_selftest` in `{interface.name}.h` says what it returns. */"
    yield f'#include "{interface.name}.h"\n'
    yield f"#define RUNS {len(runs)}\n"
    yield f"static const uint32_t seeds[RUNS] = {{{', '.join(_word(run.seed) for run in runs)}}};\n"
    yield f"static const uint32_t golden[RUNS][{upper}_STEPS] = {{"
    for run in runs:
        yield "    {"
        yield from (f"        {_word(digest)}," for digest in run.digests)
        yield "    },"
    yield "};\n"
    yield f"static const char *const names[{upper}_STEPS] = {{"
    yield from (f'    "{identifier(name)}",' for name in names)
    yield "};\n"
    for field in interface.inputs:
        yield f"static {C_TYPES[field.type.element]} input_{field.name}[{max(field.type.count, 1)}];"
    yield f"static struct {prefix}_outputs outputs;\n"
    if interface.inputs:
        yield "static uint32_t word(uint32_t *state)\n{"
        yield "    *state ^= *state << 13;\n    *state ^= *state >> 17;\n    *state ^= *state << 5;"
        yield "    return *state;\n}\n"
    yield "static void fill(uint32_t seed)\n{"
    yield "    uint32_t state = seed;" if interface.inputs else "    (void)seed;"
    for field in interface.inputs:
        yield f"    for (uint32_t i = 0; i < {field.type.count}; i++)"
        yield f"        input_{field.name}[i] = {_element(field)};"
    yield "}\n"
    inputs = ", ".join(f"input_{field.name}" for field in interface.inputs) or "0"
    yield f"int {prefix}_selftest(void)\n{{"
    yield f"    const struct {prefix}_inputs inputs = {{{inputs}}};"
    yield f"    uint32_t digests[{upper}_STEPS];"
    yield "    int result = 0;"
    yield f"    if ({prefix}_init() != {upper}_OK)\n        return -1;"
    yield "    for (uint32_t run = 0; run < RUNS && !result; run++) {"
    yield "        fill(seeds[run]);"
    yield f"        {prefix}_trace(&inputs, &outputs, digests);"
    yield f"        for (int step = {upper}_STEPS - 1; step >= 0; step--)"
    yield "            if (digests[step] != golden[run][step])\n                result = 1 + step;"
    yield "    }"
    yield f"    {prefix}_init();"
    yield "    return result;\n}\n"
    yield f"const char *{prefix}_selftest_step(int result)\n{{"
    yield '    if (result == 0)\n        return "nothing";'
    yield f'    return result > 0 && result <= {upper}_STEPS ? names[result - 1] : "init";\n}}'


def _element(field: StructField) -> str:
    """The next element of an input."""
    kind, c_type = field.type.element, C_TYPES[field.type.element]
    if kind.is_float:
        suffix = "f" if kind is ElementType.F32 else ""
        fraction = f"({c_type})(word(&state) >> 24) / 256.0{suffix}"
        signed = f"({c_type})((int32_t)(word(&state) >> 23) - 256) / 256.0{suffix}"
        return f"seed % 2 ? {fraction} : {signed}"
    if kind in (ElementType.I8, ElementType.I16):
        return f"({c_type})((int32_t)word(&state) >> {_SHIFTS[kind]})"
    return f"({c_type})(word(&state) >> {_SHIFTS.get(kind, _INDEX_SHIFT)})"


def _word(number: int) -> str:
    return f"UINT32_C(0x{number:08x})"
