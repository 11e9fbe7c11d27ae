"""Cortex-M33 (Raspberry Pi Pico 2, nRF53, nRF91, many STM32L5 and U5): the instructions of M4 in a newer core."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.targets.c.library import library
from rune.compiler.targets.cortex_m4 import TARGET as CORTEX_M4

TARGET = replace(
    CORTEX_M4,
    name="cortex-m33",
    summary="sources and a library for Cortex-M33 with an FPU",
    library=library("--target=thumbv8m.main-none-eabi", "-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", "-mfloat-abi=softfp"),
)
