"""The mathematics of blocks: one source, which Python runs and which is compiled to C. Its error is tested, and written
down in docs/guides/python-blocks.md."""

from __future__ import annotations

from rune.pyblock.mathematics.angles import ANGLES
from rune.pyblock.mathematics.powers import POWERS

SOURCE = POWERS + ANGLES
