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

    @property
    def run(self) -> str:
        """The call that runs the rune."""
        return f"{self.prefix}_run(&inputs, &outputs) == {self.upper}_OK"

    @property
    def struct(self) -> str:
        """The declaration of the inputs."""
        return f"const struct {self.prefix}_inputs inputs = {{{self.inputs}}};"


def c_program(name: str, interface: SnippetInterface) -> str:
    """A whole program in C99, which runs the rune once on zeros. `name` is the project's."""
    names = _names(name, interface)
    return (
        f"{names.header}\n\n{names.arrays}\n"
        "int main(void)\n{\n"
        f"    {names.struct}\n"
        f"    if ({names.prefix}_init() != {names.upper}_OK) return 1;\n"
        f"    return {names.run} ? 0 : 1;\n"
        "}"
    )


def arduino_sketch(name: str, interface: SnippetInterface) -> str:
    """A whole sketch, which runs the rune once a second on zeros. `name` is the project's."""
    names = _names(name, interface)
    return (
        f"{names.header}\n\n{names.arrays}\n"
        "void setup()\n{\n"
        "    Serial.begin(115200);\n"
        f'    if ({names.prefix}_init() != {names.upper}_OK) Serial.println("The rune did not start.");\n'
        "}\n\n"
        "void loop()\n{\n"
        f"    {names.struct}\n"
        f'    Serial.println({names.run} ? "done" : "failed");\n'
        "    delay(1000);\n"
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
        f'#include "{plain}.h"', prefix, upper, arrays + outputs, ", ".join(f"input_{field}" for field in inputs)
    )
