"""Raspberry Pi Pico: the package of its core (Cortex-M0+), and firmware that answers over a serial line."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.targets.cortex_m0plus import TARGET as CORTEX_M0PLUS

TARGET = replace(
    CORTEX_M0PLUS,
    name="pico",
    summary="firmware for the Raspberry Pi Pico, and the package for its core",
    board="raspberry-pi-pico",
    package_of=CORTEX_M0PLUS.name,
)
