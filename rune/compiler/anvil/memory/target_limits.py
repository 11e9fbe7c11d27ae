"""The memory limits of a target, and its memory layout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TargetLimits:
    """Limits of a target, in bytes."""

    memory: int
    """The maximum size of arena, messages and constants together."""
    alignment: int
    """The alignment of every buffer and constant."""
    text_size: int
    """The size of one element of a utf8 tensor: `struct rune_text` with the largest pointer that the target can have.
    """
