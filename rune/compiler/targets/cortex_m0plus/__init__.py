"""Cortex-M0+: the smallest cores of Arm (Raspberry Pi Pico, Arduino Zero). No FPU, no wide multiply.

M0 and M23 run its library too.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.kernels.m0plus import M0PLUS
from rune.compiler.targets.c import POINTERS_OF_32_BITS
from rune.compiler.targets.c import TARGET as C
from rune.compiler.targets.c.library import library

TARGET = replace(
    C,
    name="cortex-m0plus",
    summary="sources and a library for Cortex-M0, M0+ and M23",
    limits=POINTERS_OF_32_BITS,
    kernels=M0PLUS,
    library=library("--target=thumbv6m-none-eabi", "-mcpu=cortex-m0plus"),
)
