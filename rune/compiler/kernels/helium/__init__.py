"""Kernels for Cortex-M55, whose vectors (Helium) sum sixteen products at once. The rest is taken from `m0plus`.

Without Helium, which a configuration of M55 may lack, and on any other processor the same is computed in C.
"""

from __future__ import annotations

from rune.compiler.kernels.m0plus import M0PLUS
from rune.compiler.kernels.reading import read_kernel_set

HELIUM = read_kernel_set(__name__, __path__[0], M0PLUS)
