"""Cortex-M7 (Arduino Portenta H7, Teensy 4, many STM32F7 and H7): an M4 with two instructions at a time.

The library uses single precision only, which every M7 with an FPU has.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.targets.c.library import library
from rune.compiler.targets.cortex_m4 import TARGET as CORTEX_M4

TARGET = replace(
    CORTEX_M4,
    name="cortex-m7",
    summary="sources and a library for Cortex-M7 with an FPU",
    library=library("--target=thumbv7em-none-eabi", "-mcpu=cortex-m7", "-mfpu=fpv5-sp-d16", "-mfloat-abi=softfp"),
)
