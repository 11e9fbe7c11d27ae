"""WebAssembly with relaxed SIMD: the second module of a rune, for hosts whose dot product of bytes is exact.

Its results are those of `wasm32`, to the bit. It tries the host's dot product when it starts and ends there where another
host would give other bytes, so it can be slower to arrive but never wrong.
"""

from __future__ import annotations

from dataclasses import replace

from rune.kernels.relaxed import RELAXED
from rune.targets.wasm32 import BALANCED as WASM32

assert WASM32.toolchain is not None

TARGET = replace(
    WASM32,
    name="wasm32-relaxed",
    summary="a second module beside wasm32's, with the same results: for browsers with exact relaxed SIMD",
    kernels=RELAXED,
    toolchain=replace(WASM32.toolchain, compile_flags=(*WASM32.toolchain.compile_flags, "-mrelaxed-simd")),
    variants=(),
)
