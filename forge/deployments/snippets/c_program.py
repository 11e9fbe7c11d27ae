"""Programs in C and for Arduino around the C sources of a rune, which a build packages."""

from __future__ import annotations

from dataclasses import dataclass

from forge.deployments.snippets.interface import SnippetInterface
from rune.compiler.targets.c.names import fields, file_stem


@dataclass(frozen=True)
class _Names:
    """The names of the C sources of a rune."""

    header: str
    prefix: str
    upper: str
    arrays: str
    """The declarations of the inputs and outputs."""
    inputs: str
    """The inputs, as an initialiser lists them."""
    is_new: str
    """The field of the outputs that says whether the first one is of this run; "" for a rune that answers in each."""
    first_input: str
    """The array that a program fills for each chunk of a stream."""

    @property
    def run(self) -> str:
        """The call that runs the rune."""
        return f"{self.prefix}_run(&inputs, &outputs) == {self.upper}_OK"

    @property
    def struct(self) -> str:
        """The declaration of the inputs."""
        return f"const struct {self.prefix}_inputs inputs = {{{self.inputs}}};"


def c_program(name: str, interface: SnippetInterface) -> str:
    """A whole program in C99, which runs the rune on zeros until it has answered. `name` is the project's."""
    names = _names(name, interface)
    if names.is_new:
        run = (
            "    do {\n"
            f"        /* Read the next chunk of the stream into {names.first_input} here. */\n"
            f"        if (!({names.run})) return 1;\n"
            f"    }} while (!outputs.{names.is_new});\n"
            "    return 0;\n"
        )
    else:
        run = f"    return {names.run} ? 0 : 1;\n"
    return (
        f"{names.header}\n\n{names.arrays}\n"
        "int main(void)\n{\n"
        f"    {names.struct}\n"
        f"    if ({names.prefix}_init() != {names.upper}_OK) return 1;\n"
        f"{run}"
        "}"
    )


def arduino_sketch(name: str, interface: SnippetInterface) -> str:
    """A whole sketch, which runs the rune on zeros, once a second if it reads no stream. `name` is the project's."""
    names = _names(name, interface)
    if names.is_new:
        run = (
            f"    /* Read the next chunk of the stream into {names.first_input} here. */\n"
            f'    if (!({names.run})) Serial.println("failed");\n'
            f'    else if (outputs.{names.is_new}) Serial.println("answered");\n'
        )
    else:
        run = f'    Serial.println({names.run} ? "done" : "failed");\n    delay(1000);\n'
    return (
        f"{names.header}\n\n{names.arrays}\n"
        "void setup()\n{\n"
        "    Serial.begin(115200);\n"
        f'    if ({names.prefix}_init() != {names.upper}_OK) Serial.println("The rune did not start.");\n'
        "}\n\n"
        "void loop()\n{\n"
        f"    {names.struct}\n"
        f"{run}"
        "}"
    )


def _names(name: str, interface: SnippetInterface) -> _Names:
    plain = file_stem(name)
    prefix, upper = f"rune_{plain}", f"RUNE_{plain.upper()}"
    inputs = fields(one.name for one in interface.inputs)
    arrays = "".join(
        f"static {one.c_type} input_{field}[{upper}_INPUT_{field.upper()}_COUNT];\n"
        for field, one in zip(inputs, interface.inputs, strict=True)
    )
    outputs = f"static struct {prefix}_outputs outputs;\n"
    return _Names(
        f'#include "{plain}.h"',
        prefix,
        upper,
        arrays + outputs,
        ", ".join(f"input_{field}" for field in inputs),
        _is_new(interface) if interface.answers_later else "",
        f"input_{inputs[0]}",
    )


def _is_new(interface: SnippetInterface) -> str:
    """Returns the field that `rune.compiler.targets.c.interface` makes for the first tensor of the first output."""
    first = interface.outputs[0]
    names = (
        [f"{first}_{i}" for i in range(interface.first_output_tensors)]
        if interface.first_output_tensors > 1
        else [first]
    )
    labels = fields([*names, *interface.outputs[1:]])
    return fields([*labels, f"{labels[0]}_is_new"])[-1]
