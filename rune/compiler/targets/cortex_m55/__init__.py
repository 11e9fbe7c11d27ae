"""Cortex-M55: vectors of 128 bits (Helium)."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.kernels.helium import HELIUM
from rune.compiler.targets.c import POINTERS_OF_32_BITS
from rune.compiler.targets.c import TARGET as C
from rune.compiler.targets.c.library import library

TARGET = replace(
    C,
    name="cortex-m55",
    summary="sources and a library for Cortex-M55",
    limits=POINTERS_OF_32_BITS,
    kernels=HELIUM,
    library=library("--target=thumbv8.1m.main-none-eabi", "-mcpu=cortex-m55", "-mfloat-abi=softfp"),
)
