"""The build's options for host resources: which resources the host supplies, and their capacities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TEXT_CAPACITY = 64 * 1024
"""Bytes that a text of the host may have, unless an option of the build says otherwise."""

MODEL_CAPACITY = 16 * 1024 * 1024
"""Bytes that a model of the host may have, unless an option of the build says otherwise."""

LARGEST_CAPACITY = 64 * 1024 * 1024
"""Bytes: what one file of a project may have."""


@dataclass(frozen=True)
class HostResourceOptions:
    """A resource without a default always comes from the host; with `every` all do that can, the default stays beside.

    `capacities` are bytes by the resource's name. Raises `ValueError` for one below 1 or above `LARGEST_CAPACITY`.
    """

    every: bool = False
    capacities: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, capacity in self.capacities.items():
            if not 1 <= capacity <= LARGEST_CAPACITY:
                raise ValueError(f"The capacity of {name} must be from 1 to {LARGEST_CAPACITY} bytes, not {capacity}")

    def text_capacity(self, name: str, default: str | None) -> int:
        """Bytes that the rune keeps for a text; its default fits in any case, for a host may give it back."""
        return max(self.capacities.get(name, TEXT_CAPACITY), len((default or "").encode()))

    def model_capacity(self, name: str) -> int:
        """Bytes that the rune keeps for a model."""
        return self.capacities.get(name, MODEL_CAPACITY)
