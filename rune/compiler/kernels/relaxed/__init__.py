"""Kernels for WebAssembly with relaxed SIMD, where the engine's dot product of bytes is exact for unsigned ones too.

The specification leaves that open, so a module of these tries it before anything else (`trial.h`). What is not here is
taken from `simd128`.
"""

from __future__ import annotations

from rune.compiler.anvil.kernel_set import HostCheck
from rune.compiler.kernels.reading import read_kernel_set
from rune.compiler.kernels.simd128 import SIMD128

RELAXED = read_kernel_set(__name__, __path__[0], SIMD128, HostCheck("relaxed/trial.h", "rune_try_dots"))
