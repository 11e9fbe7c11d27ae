"""Kernels for WebAssembly with relaxed SIMD, where the engine's dot product of bytes is exact for unsigned ones too.

The specification leaves that open, so a host tries it before it runs a module of these (`relaxed.h`). What is not here is
taken from `simd128`.
"""

from __future__ import annotations

from rune.kernels.reading import read_kernel_set
from rune.kernels.simd128 import SIMD128

RELAXED = read_kernel_set(__name__, __path__[0], SIMD128)
