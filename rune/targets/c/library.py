"""Static libraries of the sources in C, for processors for which the toolchain here can compile.

A library calls what every toolchain for that processor brings: memcpy, memset, and the compiler's own helpers.
"""

from __future__ import annotations

from rune.anvil.target import Toolchain

_HOSTED = "-fhosted"
"""The program around a library has a C library: without this every copy of four bytes is a call."""


def library(*flags: str) -> Toolchain:
    """What makes a static library for the processor that these flags of clang name."""
    return Toolchain((_HOSTED, *flags), "ar", ("rcsD",))
