"""`main.c`: the smallest program around a rune, for a computer. It shows the calls, and tests use it."""

from __future__ import annotations

from collections.abc import Iterator

from rune.compiler.anvil.c.text import C_TYPES
from rune.compiler.targets.c.interface import Interface, count_of


def main_file(interface: Interface) -> str:
    """Runs on each frame of standard input, the bytes of all inputs in turn, and writes the bytes of all outputs."""
    return "\n".join(_lines(interface)) + "\n"


def _lines(interface: Interface) -> Iterator[str]:
    prefix, upper, name = interface.prefix, interface.upper, interface.name
    yield "/*"
    yield f" * Runs {name} on each frame of standard input: its inputs, one after another. Writes the bytes"
    yield " * of its outputs; a text becomes a line. Replace it by your own program."
    if any(field.is_new for field in interface.outputs):
        yield " * An output that a run does not make is left out."
    if any(field.sizes for field in interface.outputs):
        yield " * Before an output whose sizes the run decides come these sizes, 4 bytes each."
    yield " */"
    yield "#include <stdio.h>\n"
    yield f'#include "{name}.h"\n'
    for field in interface.inputs:
        element, size = C_TYPES[field.type.element], max(field.type.count, 1)
        yield f"static {element} {_input(field.name)}[{size}]; /* {field.type} */"
    yield f"static struct {prefix}_outputs outputs;\n"
    yield "static int read_frame(void)\n{"
    for field in interface.inputs:
        if field.type.count:
            yield f"    if (fread({_input(field.name)}, sizeof {_input(field.name)}, 1, stdin) != 1)\n        return 0;"
    yield "    return 1;\n}\n"
    yield "static void write_frame(void)\n{"
    for field in interface.outputs:
        if field.is_new:
            yield f"    if (outputs.{field.is_new}) {{"
        count = count_of(field, "outputs.")
        if field.sizes:
            yield f"    fwrite(outputs.{field.sizes}, sizeof outputs.{field.sizes}, 1, stdout);"
        if field.is_text:
            yield f"    for (int i = 0; i < {count}; i++) {{"
            yield f"        fwrite(outputs.{field.name}[i].bytes, 1, outputs.{field.name}[i].size, stdout);"
            yield "        putchar('\\n');\n    }"
        elif field.sizes:
            yield f"    fwrite(outputs.{field.name}, sizeof outputs.{field.name}[0], (size_t)({count}), stdout);"
        elif field.type.count:
            yield f"    fwrite(outputs.{field.name}, sizeof outputs.{field.name}, 1, stdout);"
        if field.is_new:
            yield "    }"
    yield "}\n"
    inputs = ", ".join(_input(field.name) for field in interface.inputs) or "0"
    yield "int main(void)\n{"
    yield f"    const struct {prefix}_inputs inputs = {{{inputs}}};"
    yield f"    int status = {prefix}_init();"
    if interface.inputs:
        yield f"    while (status == {upper}_OK && read_frame()) {{"
    else:
        yield f"    if (status == {upper}_OK && read_frame()) {{"
    yield f"        status = {prefix}_run(&inputs, &outputs);"
    yield f"        if (status == {upper}_OK)\n            write_frame();\n    }}"
    yield f"    if (status != {upper}_OK)"
    yield f'        fprintf(stderr, "{name}: status %d. %s\\n", status, {prefix}_message());'
    yield "    return status;\n}"


def _input(field: str) -> str:
    return f"input_{field}"
