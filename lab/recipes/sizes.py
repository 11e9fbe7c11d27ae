"""The sizes of recipes: people choose one in place of the arguments that make up a network."""

from __future__ import annotations

from collections.abc import Mapping

BALANCED = "balanced"
"""The size whose arguments are the defaults."""
SIZES: Mapping[str, tuple[str, str]] = {
    "small": ("Small", "for the smallest boards"),
    BALANCED: ("Balanced", "the defaults of the recipe"),
    "accurate": ("Accurate", "for boards with more memory and time"),
}
"""The title of each size, and for which boards it is."""
