"""Linux on 64-bit Arm, for programs with any C library.

The library may go into a shared one: its code runs at any address.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.targets.c import TARGET as C
from rune.compiler.targets.c.library import library

TARGET = replace(
    C,
    name="aarch64-linux",
    summary="sources and a library for Linux on 64-bit Arm",
    library=library("--target=aarch64-linux-gnu", "-fPIC"),
)
