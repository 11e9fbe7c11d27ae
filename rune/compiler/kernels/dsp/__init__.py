"""Kernels for Cortex-M4, M7 and M33, which multiply two pairs of 16 bits at once. The rest is taken from `portable`.

Each instruction stands in `instructions.h` beside C that says the same: the set gives its bytes on any processor.
"""

from __future__ import annotations

from rune.compiler.kernels.portable import PORTABLE
from rune.compiler.kernels.reading import read_kernel_set

DSP = read_kernel_set(__name__, __path__[0], PORTABLE)
