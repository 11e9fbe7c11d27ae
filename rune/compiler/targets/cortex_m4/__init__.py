"""Cortex-M4 with its FPU of single precision (Arduino Nano 33 BLE, many nRF52 and STM32F4).

The library fits firmware of either convention for floating-point arguments: no function of it takes one.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.kernels.dsp import DSP
from rune.compiler.targets.c import POINTERS_OF_32_BITS
from rune.compiler.targets.c import TARGET as C
from rune.compiler.targets.c.library import library

TARGET = replace(
    C,
    name="cortex-m4",
    summary="sources and a library for Cortex-M4 with an FPU",
    limits=POINTERS_OF_32_BITS,
    kernels=DSP,
    library=library("--target=thumbv7em-none-eabi", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=softfp"),
)
