"""The cores that are emulated: on which machine of QEMU, and how C is compiled for them.

Each compiler is the one of Debian that an owner of such a board would meet. Instructions are counted, never cycles:
QEMU does not know how long one takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rune.compiler.targets.finding import find_target


@dataclass(frozen=True)
class Memory:
    """Where a core has what it reads (flash) and what it writes; addresses and sizes in bytes."""

    flash: int
    ram: int


@dataclass(frozen=True)
class Core:
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
    memory: Memory


_ARM: Final = ("qemu-system-arm", "qemu-system-arm")
_GCC_ARM: Final = ("arm-none-eabi-", "gcc-arm-none-eabi")
_TIGHTLY_COUPLED: Final = Memory(flash=0x0000_0000, ram=0x2000_0000)

CORES: Final = {
    core.name: core
    for core in (
        Core(
            "cortex-m0plus",
            "Cortex-M0+",
            *_ARM,
            ("-M", "mps2-an386"),  # an M4 runs all that an M0+ does, and has room for any model
            *_GCC_ARM,
            ("-mcpu=cortex-m0plus", "-mthumb"),
            _TIGHTLY_COUPLED,
        ),
        Core(
            "cortex-m4",
            "Cortex-M4",
            *_ARM,
            ("-M", "mps2-an386"),
            *_GCC_ARM,
            ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
            _TIGHTLY_COUPLED,
        ),
        Core(
            "cortex-m7",
            "Cortex-M7",
            *_ARM,
            ("-M", "mps2-an500"),
            *_GCC_ARM,
            ("-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-d16", "-mfloat-abi=hard"),
            _TIGHTLY_COUPLED,
        ),
        Core(
            "cortex-m33",
            "Cortex-M33",
            *_ARM,
            ("-M", "mps3-an547"),  # an M55 runs all that an M33 does
            *_GCC_ARM,
            ("-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
            _TIGHTLY_COUPLED,
        ),
        Core(
            "cortex-m55",
            "Cortex-M55",
            *_ARM,
            ("-M", "mps3-an547"),
            *_GCC_ARM,
            ("-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"),
            _TIGHTLY_COUPLED,
        ),
        Core(
            "rv32imc",
            "RV32IMC",
            "qemu-system-riscv32",
            "qemu-system-misc",
            ("-M", "virt", "-bios", "none"),
            "riscv64-unknown-elf-",
            "gcc-riscv64-unknown-elf",
            ("-march=rv32imc", "-mabi=ilp32"),
            Memory(flash=0x8000_0000, ram=0x8080_0000),
        ),
    )
}
"""By name: what their targets are called too."""


def core_of(target: str) -> Core | None:
    """The core that packages for a target are counted on; None where none is emulated. Raises `UnknownTarget`."""
    return CORES.get(find_target(target).package_of or target)
