"""From a rune in C to firmware: compiled, linked into RAM where it fits and else into flash, and as the file that the
board takes. The same sources give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from typing import Final, Literal

from rune.compiler.anvil.compiling.allowance import Allowance
from rune.compiler.anvil.compiling.compiler import compile_objects, compiler_helpers, link_objects
from rune.compiler.anvil.sources import Sources, Unit
from rune.compiler.anvil.target import Toolchain
from rune.devices.firmware.board import FirmwareBoard
from rune.devices.firmware.errors import FirmwareTooLarge
from rune.devices.firmware.image import Image, read_image
from rune.devices.firmware.loader import SIZE as LOADER_SIZE
from rune.devices.firmware.loader import with_checksum
from rune.devices.firmware.program import DescribedRune, hello, program_file, rune_unit
from rune.devices.firmware.protocol import HelloJson
from rune.devices.firmware.uf2 import uf2_of
from rune.digests import digest_of

_PICO: Final = Path(__file__).parent / "pico"
_RUNE, _PROGRAM, _LOADER = "rune_unit.c", "program.c", "loader.c"
_CODE: Final = (".text", ".rodata", ".data")
_VARIABLES: Final = (".data", ".bss")
_TRAPS: Final = ("-fsanitize=integer-divide-by-zero", "-fsanitize-trap=integer-divide-by-zero")
"""The core has no division, and the function in its place gives a number for a divisor of 0: a fault instead."""


class FirmwareDescriptionJson(HelloJson):
    """The description of a UF2 file (docs/reference/serial.md): where it runs, bytes of code and variables and of the
    board, addresses of the stack, of the number of the step that runs, and of each function with its name."""

    uf2_digest: str
    memory: Literal["ram", "flash"]
    start: int
    code: int
    variables: int
    ram: int
    flash: int
    stack_bottom: int
    stack_top: int
    step_at: int
    functions: list[list[int | str]]


@dataclass(frozen=True)
class BoardFirmware:
    """`uf2` is the file for the board, `description` what else is known of it: docs/reference/serial.md."""

    uf2: bytes
    description: FirmwareDescriptionJson
    code: int
    """Bytes of code and constants, with the initial values of variables."""
    variables: int
    """Bytes of RAM that the variables take."""
    is_in_ram: bool

    def description_file(self) -> bytes:
        """The description as a file."""
        return (json.dumps(self.description, indent=1, sort_keys=True) + "\n").encode("ascii")


def make(
    sources: Mapping[str, bytes],
    rune: DescribedRune,
    board: FirmwareBoard,
    toolchain: Toolchain,
    allowance: Allowance | None = None,
) -> BoardFirmware:
    """The firmware of a rune: `sources` are its C, header and self-test by name, and `toolchain` is what compiles its
    library. Raises `CompileError` and `FirmwareTooLarge`."""
    allowance = allowance or Allowance()
    compiler = replace(toolchain, compile_flags=(*toolchain.compile_flags, *_TRAPS))
    objects = compile_objects(_sources(sources, rune, board), compiler, allowance)
    helpers = _helpers(allowance)
    in_flash = _link([*objects, helpers], _script(board, in_ram=False), allowance)
    _require_fitting(in_flash, board)
    code, variables = in_flash.size(*_CODE), in_flash.size(*_VARIABLES)
    # The same code needs a little more where addresses are far: what is left for the stack covers that.
    is_in_ram = code + in_flash.size(".bss") + board.stack <= board.ram_size
    # The loader stays behind: it is the last of the units.
    image = _link([*objects[:-1], helpers], _script(board, in_ram=True), allowance) if is_in_ram else in_flash
    uf2 = uf2_of(_pieces(image, board))
    return BoardFirmware(uf2, _description(rune, board, image, uf2, is_in_ram), code, variables, is_in_ram)


def _sources(sources: Mapping[str, bytes], rune: DescribedRune, board: FirmwareBoard) -> Sources:
    ours = {path.name: path.read_bytes() for path in sorted(_PICO.glob("*.[ch]"))}
    texts = {_RUNE: rune_unit(rune.interface).encode(), _PROGRAM: program_file(rune, board).encode("ascii")}
    own = [name for name in ours if name.endswith(".c") and name != _LOADER]
    selftest = f"{rune.interface.name}_selftest.c"
    units = [
        Unit(_RUNE),
        Unit(selftest),
        *(Unit(name, for_size=True) for name in (_PROGRAM, *own)),
        Unit(_LOADER, for_size=True),
    ]
    return Sources({**sources, **ours, **texts}, tuple(units))


_CACHE: list[bytes] = []


def _helpers(allowance: Allowance) -> bytes:
    """Made once in a process."""
    if not _CACHE:
        _CACHE.append(compiler_helpers("thumb-freestanding-eabi", "cortex_m0plus", allowance))
    return _CACHE[0]


def _link(objects: list[bytes], script: bytes, allowance: Allowance) -> Image:
    linker = Toolchain((), "ld.lld", ("--gc-sections", "--no-dynamic-linker", "-T", "image.ld", "-o"))
    return read_image(link_objects(objects, linker, allowance, {"image.ld": script}))


def _script(board: FirmwareBoard, *, in_ram: bool) -> bytes:
    begin = board.ram if in_ram else board.flash + LOADER_SIZE
    return (
        Template((_PICO / "image.ld").read_text("ascii"))
        .substitute(
            loader="" if in_ram else f".loader {board.flash:#x} : {{ KEEP(*(.loader)) }}",
            image=f"{begin:#x}",
            data=":" if in_ram else f"{board.ram:#x} : AT(LOADADDR(.rodata) + SIZEOF(.rodata))",
            stack_top=f"{board.ram + board.ram_size:#x}",
        )
        .encode("ascii")
    )


def _pieces(image: Image, board: FirmwareBoard) -> Iterator[tuple[int, bytes]]:
    """Returns the pieces by their address; the loader with its checksum."""
    for at, data in image.pieces:
        if at == board.flash:
            yield at, with_checksum(data[: image.size(".loader")])
            yield at + LOADER_SIZE, data[LOADER_SIZE:]
        else:
            yield at, data


def _require_fitting(image: Image, board: FirmwareBoard) -> None:
    """Raises `FirmwareTooLarge`."""
    sizes = {
        "flash": (LOADER_SIZE + image.size(*_CODE), board.flash_size),
        "RAM": (image.size(*_VARIABLES) + board.stack, board.ram_size),
    }
    for memory, (size, room) in sizes.items():
        if size > room:
            raise FirmwareTooLarge(board.title, memory, size - room)


def _description(
    rune: DescribedRune, board: FirmwareBoard, image: Image, uf2: bytes, is_in_ram: bool
) -> FirmwareDescriptionJson:
    symbols = image.symbols
    return {
        **hello(rune, board),
        "uf2_digest": digest_of(uf2),
        "memory": "ram" if is_in_ram else "flash",
        "start": board.ram if is_in_ram else board.flash,
        "code": image.size(*_CODE),
        "variables": image.size(*_VARIABLES),
        "ram": board.ram_size,
        "flash": board.flash_size,
        "stack_bottom": symbols["stack_bottom"],
        "stack_top": symbols["stack_top"],
        "step_at": symbols["program_step"],
        "functions": [[address, name] for address, name in sorted((symbols[name], name) for name in image.functions)],
    }
