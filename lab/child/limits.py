"""The limits of one step of a conversion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ChildLimits:
    """Seconds on the clock and on the processors, and bytes of memory of a child."""

    seconds: int = 120
    memory: int = 2 << 30


FOLDER_LIMIT = 1 << 30
"""Bytes that a child may have in its own folder at once, its input included."""
FILE_LIMIT = 896 << 20
"""Bytes of the largest file that a child writes: the features of a run (`lab.dataset.features.MAX_BYTES`) are one."""
