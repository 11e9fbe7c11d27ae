"""Firmware for an emulated core: a rune of the target `c`, start-up code, and a main that runs it on frames."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Final

from rune.compiler.anvil.c.text import C_TYPES
from rune.compiler.targets.c.interface import Interface
from rune.devices.emulation.cores import EmulatedCore
from rune.devices.emulation.errors import BadFirmware, MachineTooSmall, MissingProgram

_SOURCES: Final = Path(__file__).parent / "firmware"
_COMMON: Final = ("-std=gnu11", "-ffreestanding", "-ffunction-sections", "-fdata-sections", "-w")
_SECONDS: Final = 300
_OBJECTS: Final = ("rune", "main", "start")
STACK: Final = 16_384
"""Bytes, at the end of RAM."""


@dataclass(frozen=True)
class Sizes:
    """Bytes of a rune on a core with the helpers of the compiler that it calls, such as those for floats. Main and the
    start-up code are not counted."""

    code: int
    constants: int
    static_ram: int
    """Arena and what is kept between runs."""

    @property
    def flash(self) -> int:
        return self.code + self.constants


@dataclass(frozen=True)
class LinkedProgram:
    """A linked program. `symbols` are its functions' addresses; `image_flash` counts start-up code and main too."""

    core: EmulatedCore
    path: Path
    interface: Interface
    sizes: Sizes
    image_flash: int
    symbols: Mapping[str, int]

    def place(self, address: int) -> str:
        """The function that an address lies in."""
        before = [(at, name) for name, at in self.symbols.items() if at <= address]
        return max(before, default=(0, "no function"))[1]


def build_firmware(
    core: EmulatedCore,
    files: Mapping[str, bytes],
    interface: Interface,
    folder: Path,
    optimization: Sequence[str] = ("-O2",),
) -> LinkedProgram:
    """Compiles what the target `c` made, into `folder`. Raises `MissingProgram`, `BadFirmware`, `MachineTooSmall`."""
    compiler = program(f"{core.tools}gcc", core.package)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "main.c").write_text("\n".join(_main(interface)), "ascii")
    _copy_sources(folder)
    command = [compiler, *core.flags, *_COMMON]
    _run([*command, *optimization, "-c", f"{interface.name}.c", "-o", "rune.o"], folder)
    _run([*command, "-O2", "-c", "main.c", "-o", "main.o"], folder)
    (folder / "start.o").write_bytes(_start(core))
    (folder / "link.ld").write_text(_script(core), "ascii")
    _require_fitting(core, folder)
    objects = [f"{name}.o" for name in _OBJECTS]
    _run([*command, "-nostdlib", "-r", "rune.o", "-lgcc", "-o", "rune-with-helpers.o"], folder)
    _run([*command, "-nostdlib", "-T", "link.ld", "-Wl,--gc-sections", *objects, "-lgcc", "-o", "image"], folder)
    return LinkedProgram(
        core,
        folder / "image",
        interface,
        _object_sizes(core, folder, "rune-with-helpers"),
        _flash(_sections(core, folder, "image")),
        dict(_functions(core, folder)),
    )


def _copy_sources(folder: Path) -> None:
    for path in _SOURCES.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())


@cache
def _start(core: EmulatedCore) -> bytes:
    """The object of the start-up code, which is the same in all programs of a core."""
    compiler = program(f"{core.tools}gcc", core.package)
    with TemporaryDirectory(prefix="start-") as name:
        folder = Path(name)
        _copy_sources(folder)
        _run([compiler, *core.flags, *_COMMON, "-O2", "-c", "start.c", "-o", "start.o"], folder)
        return (folder / "start.o").read_bytes()


def program(name: str, package: str) -> str:
    """A program of the system. Raises `MissingProgram`."""
    path = shutil.which(name)
    if path is None:
        raise MissingProgram(name, package)
    return path


def _main(interface: Interface) -> Iterator[str]:
    """Runs on each frame of frames.bin, writes what is sent to outputs.bin, and last how deep the stack was."""
    prefix, upper = interface.prefix, interface.upper
    yield '#include "semihosting.h"'
    yield f'#include "{interface.name}.h"'
    for field in interface.inputs:
        yield f"static {C_TYPES[field.type.element]} input_{field.name}[{max(field.type.count, 1)}];"
    yield f"static struct {prefix}_outputs outputs;"
    yield "extern uint32_t stack_bottom[];"
    yield "enum { PAINT = 0x5AC35AC3, SPARE = 32 };"
    yield "__attribute__((noinline)) static void paint(void)\n{"
    yield "    volatile uint32_t *here = stack_bottom, *end = (uint32_t *)(uintptr_t)__builtin_frame_address(0);"
    yield "    while (here < end - SPARE / 4)\n        *here++ = PAINT;\n}"
    yield "__attribute__((noinline)) static uint32_t *deepest(void)\n{"
    yield "    volatile uint32_t *here = stack_bottom;"
    yield "    while (*here == PAINT)\n        here++;"
    yield "    return (uint32_t *)here;\n}"
    yield "int main(void)\n{"
    yield '    const uintptr_t frames = host_open("frames.bin", 10, READ_BINARY);'
    yield '    const uintptr_t results = host_open("outputs.bin", 11, WRITE_BINARY);'
    inputs = ", ".join(f"input_{field.name}" for field in interface.inputs) or "0"
    yield f"    const struct {prefix}_inputs inputs = {{{inputs}}};"
    yield f"    int status = {prefix}_init();"
    yield "    uint32_t used = 0;"
    reads = " && ".join(
        f"host_read(frames, input_{field.name}, sizeof input_{field.name})"
        for field in interface.inputs
        if field.type.count
    )
    yield f"    while (status == {upper}_OK && {reads or '1'}) {{"
    yield "        uint32_t *begin = (uint32_t *)(uintptr_t)__builtin_frame_address(0);"
    yield "        paint();"
    yield f"        status = {prefix}_run(&inputs, &outputs);"
    yield "        const uint32_t *end = deepest();"
    yield "        const uint32_t depth = (uint32_t)((uintptr_t)begin - (uintptr_t)end);"
    yield "        used = depth > used ? depth : used;"
    for field in interface.outputs:
        if field.is_new:
            yield f"        if (outputs.{field.is_new}) {{"
        if field.is_text:
            yield f"        for (int i = 0; i < {field.type.count}; i++) {{"
            yield f"            host_write(results, outputs.{field.name}[i].bytes, outputs.{field.name}[i].size);"
            yield '            host_write(results, "\\n", 1);'
            yield "        }"
        elif field.type.count:
            yield f"        host_write(results, outputs.{field.name}, sizeof outputs.{field.name});"
        if field.is_new:
            yield "        }"
    yield from () if reads else ("        break;",)
    yield "    }"
    yield '    host_write(host_open("stack.bin", 9, WRITE_BINARY), &used, sizeof used);'
    yield f"    return status == {upper}_OK ? 0 : 16 + status;"
    yield "}\n"


def _script(core: EmulatedCore) -> str:
    regions = {field.name: getattr(core.memory, field.name) for field in fields(core.memory)}
    texts = {name: f"ORIGIN = {each.origin:#x}, LENGTH = {each.size:#x}" for name, each in regions.items()}
    return Template((_SOURCES / "link.ld").read_text("ascii")).substitute(texts, stack=STACK)


def _require_fitting(core: EmulatedCore, folder: Path) -> None:
    """Raises `MachineTooSmall`. What the helpers of the compiler take is left to the linker, which refuses it too."""
    objects = [_object_sizes(core, folder, name) for name in _OBJECTS]
    sizes = {
        "flash": (sum(each.flash for each in objects), core.memory.flash),
        "RAM": (sum(each.static_ram for each in objects) + STACK, core.memory.ram),
    }
    for memory, (size, region) in sizes.items():
        if size > region.size:
            raise MachineTooSmall(core.title, memory, size, region.size)


def _object_sizes(core: EmulatedCore, folder: Path, name: str) -> Sizes:
    sections = _sections(core, folder, f"{name}.o")

    def of(*names: str) -> int:
        return sum(size for name, size in sections.items() if name.startswith(names))

    return Sizes(
        code=of(".text"),
        constants=of(".rodata", ".srodata", ".data", ".sdata"),
        static_ram=of(".bss", ".sbss", ".data", ".sdata"),
    )


def _flash(sections: Mapping[str, int]) -> int:
    return sum(sections.get(name, 0) for name in (".vectors", ".text", ".data"))


def _sections(core: EmulatedCore, folder: Path, name: str) -> Mapping[str, int]:
    """Bytes of each section."""
    lines = _run([program(f"{core.tools}size", core.package), "-A", "-d", name], folder).splitlines()
    rows = [line.split() for line in lines if line.startswith(".")]
    sizes: dict[str, int] = {}
    for section, size, *_ in rows:
        sizes[section] = sizes.get(section, 0) + int(size)
    return sizes


def _functions(core: EmulatedCore, folder: Path) -> Iterator[tuple[str, int]]:
    """Each function's address; the lowest bit of it, which stands for Thumb, left out."""
    for line in _run([program(f"{core.tools}nm", core.package), "image"], folder).splitlines():
        address, kind, name = line.split()[-3:]
        if kind in "tT" and not name.startswith("$"):
            yield name, int(address, 16) & ~1


def _run(command: Sequence[str], folder: Path) -> str:
    try:
        process = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise BadFirmware(f"{command[0]} was stopped after {_SECONDS} s") from None
    if process.returncode:
        raise BadFirmware(process.stderr[-4000:])
    return process.stdout
