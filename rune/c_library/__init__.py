"""The C that blocks, kernels and the front end's learner share: rounding, mathematics, text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HEADERS: Final = Path(__file__).parent / "common"
"""The folder of the headers. Sources include them below its name: `common/rune.h`."""
