"""Kernels for WebAssembly with vectors of 128 bits, specialised for each layer. The rest is taken from `portable`."""

from __future__ import annotations

from rune.compiler.kernels.portable import PORTABLE
from rune.compiler.kernels.reading import read_kernel_set

SIMD128 = read_kernel_set(__name__, __path__[0], PORTABLE)
