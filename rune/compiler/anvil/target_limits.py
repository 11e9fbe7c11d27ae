"""What a program may take on a target, and how its memory is laid out there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TargetLimits:
    """All in bytes."""

    memory: int
    """Arena, messages and constants together."""
    alignment: int
    """Of every buffer and every constant."""
    text_size: int
    """One element of a utf8 tensor: `struct rune_text` with the largest pointer that the target can have."""
