"""Quantiles of several distributions in bins together, whose edges differ. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Binned:
    """A distribution in closed bins: `edges` rise or stay, and have one more than `counts`, the counts of the bins."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    def below(self, value: float) -> float:
        """Returns how many of the counts are below a number, by linear interpolation inside bins."""
        if value >= self.edges[-1]:
            return float(sum(self.counts))
        place = bisect_right(self.edges, value) - 1
        if place < 0:
            return 0.0
        low, high = self.edges[place], self.edges[place + 1]
        return sum(self.counts[:place]) + self.counts[place] * (value - low) / (high - low)


def mixture_quantile(parts: Sequence[Binned], share: float) -> float:
    """Returns the number below which `share`, 0 to 1, of all counts are. Raises `ValueError` where nothing was counted.

    The distribution function of the mixture is linear between the edges of all parts, so it is inverted there exactly.
    """
    total = sum(sum(part.counts) for part in parts)
    if total == 0:
        raise ValueError("no count has no quantile")
    below = share * total
    edges = sorted({edge for part in parts for edge in part.edges})
    before, count_before = edges[0], 0.0
    for edge in edges:
        count = sum(part.below(edge) for part in parts)
        if count >= below and count > count_before:
            return before + (edge - before) * max(0.0, below - count_before) / (count - count_before)
        before, count_before = edge, count
    return edges[-1]
