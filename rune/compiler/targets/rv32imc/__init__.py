"""RISC-V of 32 bits with multiplication and short instructions, without an FPU (ESP32-C3 and C6)."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.kernels.m0plus import M0PLUS
from rune.compiler.targets.c import POINTERS_OF_32_BITS
from rune.compiler.targets.c import TARGET as C
from rune.compiler.targets.c.library import library

TARGET = replace(
    C,
    name="rv32imc",
    summary="sources and a library for 32-bit RISC-V, such as the ESP32-C3 and C6",
    limits=POINTERS_OF_32_BITS,
    kernels=M0PLUS,
    library=library("--target=riscv32-none-elf", "-march=rv32imc", "-mabi=ilp32"),
)
