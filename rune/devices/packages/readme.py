"""README.md of a package: what this rune takes and gives, how it is called, and where its files go.

The prose is in `package.md`; here are its tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

import rune
from rune.compiler.anvil.c.text import C_TYPES
from rune.compiler.targets.c.interface import StructField
from rune.devices.packages.contents import Contents
from rune.devices.packages.layouts.sketches import sensor_frames, sketches_of


def readme(contents: Contents) -> str:
    """The page, in Markdown."""
    interface, report = contents.interface, contents.report
    text = Template((Path(__file__).parent / "package.md").read_text(encoding="utf-8"))
    return text.substitute(
        title=_text(contents.title),
        target=contents.target.name,
        version=rune.__version__,
        summary=contents.target.summary,
        prefix=interface.prefix,
        upper=interface.upper,
        header=contents.header,
        folder=contents.folder,
        arena=f"{report.memory.arena:,}",
        constants=f"{report.memory.constants:,}",
        inputs="\n".join(_inputs(contents)) or "| none | | |",
        outputs="\n".join(_outputs(contents)) or "| none | |",
        program="\n".join(_program(contents)),
        runs=len(contents.runs),
        steps="\n".join(f"| {number} | {_text(name)} |" for number, name in enumerate(contents.steps, start=1)),
        sketches="\n".join(_sketches(contents)),
        counts=_counts(contents),
        sources="` and `".join(contents.sources),
        library=_library(contents),
        firmware=_firmware(contents),
    )


def _inputs(contents: Contents) -> Iterator[str]:
    for field, request in zip(contents.interface.inputs, contents.requests, strict=True):
        yield f"| `{field.name}` | {_elements(field)} | {request.kind.describe(dict(request.parameters), field.type)} |"


def _outputs(contents: Contents) -> Iterator[str]:
    for field in contents.interface.outputs:
        yield f"| `{field.name}` | {_elements(field)} |"


def _elements(field: StructField) -> str:
    element = "text: `bytes` and `size`, not terminated" if field.is_text else f"`{C_TYPES[field.type.element]}`"
    return f"{field.type.count} x {element}, {field.type}"


def _program(contents: Contents) -> Iterator[str]:
    prefix, upper = contents.interface.prefix, contents.interface.upper
    yield f'#include "{contents.header}"\n'
    for field in contents.interface.inputs:
        yield f"static {C_TYPES[field.type.element]} input_{field.name}[{upper}_INPUT_{field.name.upper()}_COUNT];"
    yield f"static struct {prefix}_outputs outputs;\n"
    yield f"int infer(void) /* after {prefix}_init() returned {upper}_OK, once */"
    yield "{"
    names = ", ".join(f"input_{field.name}" for field in contents.interface.inputs) or "0"
    yield f"    const struct {prefix}_inputs inputs = {{{names}}};"
    yield f"    return {prefix}_run(&inputs, &outputs);"
    yield "}"


def _sketches(contents: Contents) -> Iterator[str]:
    sketches = sketches_of(contents)
    if sketches.all:
        yield "A program that reads the sensor, fills the input and prints the outputs by their names. None was run on"
        yield "hardware: each was compiled against declarations of the library that it names.\n"
        yield "The second file of each row sends what the sensor measures instead: upload it, and record on the page"
        yield f"Data with **Board on USB**. Of this package it needs `include/{sensor_frames(contents)[0]}` alone.\n"
        yield "| board | sensor | with | runs the rune | sends the sensor |"
        yield "| --- | --- | --- | --- | --- |"
    for sketch in sketches.all:
        wiring = "on the board" if sketch.reading.wiring is None else sketch.reading.wiring
        sensor = f"{sketch.sensor}: {wiring}"
        files = f"`{sketch.path}` | `{sketch.collect_path}`"
        yield f"| {sketch.board.name} | {sensor} | {sketch.reading.library} | {files} |"
    if sketches.reasons:
        yield ("\n" if sketches.all else "There is none. ") + " ".join(sketches.reasons)


def _library(contents: Contents) -> str:
    if contents.target.library is None:
        return ""
    return (
        f"* `lib/{contents.library}` has the same, compiled for {contents.target.name} with "
        f"{contents.target.library.optimization},\n  for who does not compile the sources. Your toolchain brings what "
        "it calls: memcpy, memset, and the helpers of a\n  compiler.\n"
    )


def _firmware(contents: Contents) -> str:
    if contents.target.board is None:
        return ""
    name = contents.interface.name
    return (
        "* **A Raspberry Pi Pico as it is**: hold BOOTSEL while you plug it in, and copy\n"
        f"  `firmware/{name}.uf2` to the drive that appears. It answers on UART 0 (GP0 sends, GP1 receives) at 921600\n"
        f"  bits a second; `firmware/{name}.json` tells a program what is in it. It was tried on an emulated Pico,\n"
        "  and on no real one.\n"
    )


def _text(name: str) -> str:
    """A name of the project's as text in Markdown."""
    safe = "".join(character if character.isalnum() or character in " _-.," else "?" for character in name)
    return safe[:120]


def _counts(contents: Contents) -> str:
    """A section of a rune that counts its answers."""
    interface = contents.interface
    if not interface.counters:
        return ""
    return f"""## Counts

The rune counts its answers. `{interface.prefix}_take_counts(counts)` copies the {interface.counters} counters out and
sets them to 0; `{interface.name}.watch.json` describes them: bins of labels, of confidence, and of each feature, in
this order.

"""
