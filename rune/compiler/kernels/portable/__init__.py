"""Kernels in plain C99, one number at a time, with requantisation in integers: the reference, and for any compiler."""

from __future__ import annotations

from rune.compiler.kernels.reading import read_kernel_set

PORTABLE = read_kernel_set(__name__, __path__[0])
