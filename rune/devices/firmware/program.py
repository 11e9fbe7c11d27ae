"""Writes `program.c`: the constants of a rune that the firmware's C reads, and the answers to a host's queries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rune.compiler.anvil.c.text import C_TYPES
from rune.compiler.targets.c.interface import Interface, StructField
from rune.devices.firmware.board import FirmwareBoard
from rune.devices.firmware.protocol import PROTOCOL, BoardPortJson, HelloJson


@dataclass(frozen=True)
class DescribedRune:
    """The rune that firmware is of: `digest` is that of the rune for a browser which gives the same bytes."""

    name: str
    digest: str
    interface: Interface
    steps: tuple[str, ...]


def hello(rune: DescribedRune, board: FirmwareBoard) -> HelloJson:
    """Returns the board's answer to hello."""
    return {
        "protocol": PROTOCOL,
        "rune": rune.name,
        "digest": rune.digest,
        "board": board.key,
        "clock_hz": board.clock_hz,
        "inputs": [_port(field) for field in rune.interface.inputs],
        "outputs": [_port(field) for field in rune.interface.outputs],
        "steps": list(rune.steps),
    }


def _port(field: StructField) -> BoardPortJson:
    count = field.type.count
    return {
        "name": field.name,
        "capability": field.capability,
        "type": str(field.type),
        "bytes": 0 if field.is_text else field.type.size,
        "texts": count if field.is_text else 0,
        "optional": bool(field.is_new),
        "sizes": _rank(field),
    }


def _rank(field: StructField) -> int:
    return len(field.type.dimensions) if field.sizes else 0


def rune_unit(interface: Interface) -> str:
    """The rune, which tells when a step begins."""
    return (
        "#include <stdint.h>\n"
        "void program_step_begins(uint32_t step);\n"
        "#define RUNE_STEP_BEGINS(step) program_step_begins(step)\n"
        f'#include "{interface.name}.c"\n'
    )


def program_file(rune: DescribedRune, board: FirmwareBoard) -> str:
    """`program.c`. A person's names are in it as numbers only."""
    return "\n".join(_lines(rune.interface, json.dumps(hello(rune, board)).encode("ascii"))) + "\n"


def _lines(interface: Interface, description: bytes) -> Iterator[str]:
    prefix = interface.prefix
    yield '#include "firmware.h"'
    yield f'#include "{interface.name}.h"\n'
    for field in interface.inputs:
        yield f"static {C_TYPES[field.type.element]} input_{field.name}[{max(field.type.count, 1)}];"
    yield f"static struct {prefix}_outputs outputs;"
    arguments = ", ".join(f"input_{field.name}" for field in interface.inputs) or "0"
    yield f"static const struct {prefix}_inputs inputs = {{{arguments}}};"
    yield f"uint32_t program_step_cycles[{max(interface.steps, 1)}];"
    yield f"const uint32_t program_step_count = {interface.steps};"
    yield from _pieces("input", [(f"input_{field.name}", field) for field in interface.inputs])
    yield from _pieces("output", [(f"outputs.{field.name}", field) for field in interface.outputs])
    yield f"const uint32_t program_description_size = {len(description)};"
    yield f"const char program_description[{len(description)}] = {{"
    for at in range(0, len(description), 24):
        yield "    " + " ".join(f"{byte}," for byte in description[at : at + 24])
    yield "};"
    yield f"int program_init(void)\n{{\n    return {prefix}_init();\n}}"
    yield f"int program_run(void)\n{{\n    return {prefix}_run(&inputs, &outputs);\n}}"
    yield f"int program_selftest(void)\n{{\n    return {prefix}_selftest();\n}}"
    yield f"const char *program_message(void)\n{{\n    return {prefix}_message();\n}}"


def _pieces(name: str, fields: Sequence[tuple[str, StructField]]) -> Iterator[str]:
    yield f"const uint32_t program_{name}_count = {len(fields)};"
    yield f"const struct piece program_{name}s[{max(len(fields), 1)}] = {{"
    for place, field in fields:
        is_new = f"&outputs.{field.is_new}" if field.is_new else "0"
        sizes = f"outputs.{field.sizes}" if field.sizes else "0"
        yield f"    {{{place}, {_size(field)}, {int(field.is_text)}, {is_new}, {sizes}, {_rank(field)}}},"
    yield "};" if fields else "    {0, 0, 0, 0, 0, 0},\n};"


def _size(field: StructField) -> int:
    """Returns the size of a piece of the firmware."""
    if field.sizes:
        return 1 if field.is_text else field.type.element.size
    return field.type.count if field.is_text else field.type.size
