"""The cores that are emulated: on which machine of QEMU, and how C is compiled for them.

Each compiler is the one of Debian that an owner of such a board would meet. Instructions are counted, never cycles:
QEMU does not know how long one takes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from rune.compiler.targets.lookup import find_target


@dataclass(frozen=True)
class Region:
    """Memory of an emulated machine; `size` in bytes."""

    origin: int
    size: int


@dataclass(frozen=True)
class CoreMemory:
    """The memory of a core: where it begins (vectors), what it reads (flash) and what it writes (RAM)."""

    vectors: Region
    flash: Region
    ram: Region


@dataclass(frozen=True)
class EmulatedCore:
    """`tools` stands before the names of its compiler's programs; `package` has them. `machine` are the arguments of
    the emulator, a program of Debian's package `emulator_package`."""

    name: str
    title: str
    emulator: str
    emulator_package: str
    machine: tuple[str, ...]
    tools: str
    package: str
    flags: tuple[str, ...]
    memory: CoreMemory


_ARM: Final = ("qemu-system-arm", "qemu-system-arm")
_GCC_ARM: Final = ("arm-none-eabi-", "gcc-arm-none-eabi")
_KB, _MB = 1 << 10, 1 << 20
_MPS2_M4: Final = CoreMemory(Region(0, 4 * _KB), Region(0x0000_1000, 4 * _MB - 4 * _KB), Region(0x2100_0000, 16 * _MB))
"""Memory that is the machine's, and larger than a board's, so that a rune is measured which fits on none."""
_MPS2_M7: Final = replace(_MPS2_M4, ram=Region(0x6000_0000, 16 * _MB))
_MPS3: Final = CoreMemory(Region(0, 4 * _KB), Region(0x7000_0000, 16 * _MB), Region(0x7100_0000, 16 * _MB))
"""In the machine's DDR memory: what is tightly coupled has 512 kB each, less than many models."""
_VIRT: Final = CoreMemory(
    Region(0x8000_0000, 4 * _KB), Region(0x8000_1000, 16 * _MB - 4 * _KB), Region(0x8100_0000, 16 * _MB)
)

CORES: Final = {
    core.name: core
    for core in (
        EmulatedCore(
            "cortex-m0plus",
            "Cortex-M0+",
            *_ARM,
            ("-M", "mps2-an386"),  # an M4 runs all that an M0+ does, and has room for any model
            *_GCC_ARM,
            ("-mcpu=cortex-m0plus", "-mthumb"),
            _MPS2_M4,
        ),
        EmulatedCore(
            "cortex-m4",
            "Cortex-M4",
            *_ARM,
            ("-M", "mps2-an386"),
            *_GCC_ARM,
            ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
            _MPS2_M4,
        ),
        EmulatedCore(
            "cortex-m7",
            "Cortex-M7",
            *_ARM,
            ("-M", "mps2-an500"),
            *_GCC_ARM,
            ("-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-d16", "-mfloat-abi=hard"),
            _MPS2_M7,
        ),
        EmulatedCore(
            "cortex-m33",
            "Cortex-M33",
            *_ARM,
            ("-M", "mps3-an547"),  # an M55 runs all that an M33 does
            *_GCC_ARM,
            ("-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
            _MPS3,
        ),
        EmulatedCore(
            "cortex-m55",
            "Cortex-M55",
            *_ARM,
            ("-M", "mps3-an547"),
            *_GCC_ARM,
            ("-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"),
            _MPS3,
        ),
        EmulatedCore(
            "rv32imc",
            "RV32IMC",
            "qemu-system-riscv32",
            "qemu-system-misc",
            ("-M", "virt", "-bios", "none"),
            "riscv64-unknown-elf-",
            "gcc-riscv64-unknown-elf",
            ("-march=rv32imc", "-mabi=ilp32"),
            _VIRT,
        ),
    )
}
"""The cores by their names, which their targets have too."""


def core_of(target: str) -> EmulatedCore | None:
    """The core that packages for a target are counted on; None where none is emulated. Raises `UnknownTarget`."""
    return CORES.get(find_target(target).package_of or target)
