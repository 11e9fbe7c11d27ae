"""Linux on x86-64, for programs with any C library.

The library may go into a shared one: its code runs at any address.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.targets.c import TARGET as C
from rune.compiler.targets.c.library import library

TARGET = replace(
    C,
    name="x86_64-linux",
    summary="sources and a library for Linux on x86-64",
    library=library("--target=x86_64-linux-gnu", "-fPIC"),
)
