"""Kernels for Cortex-M0+ and other cores that multiply one pair of numbers at a time and have few registers.

They keep four sums in registers and touch each number once for four products. What they lack is taken from `dsp`, in C.
"""

from __future__ import annotations

from rune.compiler.kernels.dsp import DSP
from rune.compiler.kernels.reading import read_kernel_set

M0PLUS = read_kernel_set(__name__, __path__[0], DSP)
