"""Targets that random windows are compiled for."""

from __future__ import annotations

from rune.compiler.kernels.dsp import DSP
from rune.compiler.kernels.helium import HELIUM
from rune.compiler.kernels.m0plus import M0PLUS
from rune.compiler.targets.lookup import find_target
from rune.compiler.targets.wasm32 import BALANCED, SMALLEST
from tests.support.compiler.always_rows import row_by_row
from tests.support.compiler.always_winograd import ALWAYS_WINOGRAD

MVP = find_target("wasm32-mvp")
TARGETS = {
    "balanced": BALANCED,
    "smallest": SMALLEST,
    "by Winograd": ALWAYS_WINOGRAD,
    "one by one row by row": row_by_row(MVP, 1),
    "chains row by row": row_by_row(MVP, 4),
}
SETS = {"cortex-m4": DSP, "cortex-m0plus": M0PLUS, "cortex-m55": HELIUM}
"""The sets by the core whose instructions they use."""
SANITIZED = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
