"""Chooses how many channels a layer keeps. Exported scripts contain this file; networks are drawn with it without
Keras."""

from __future__ import annotations

LEAST_CHANNELS = 2
"""A layer keeps at least so many channels, or all that it has."""


def remaining_channels(channels: int, pruned_share: float) -> int:
    """The number of channels that a layer keeps where a share of them, from 0 to below 1, is removed."""
    return min(channels, max(LEAST_CHANNELS, round(channels * (1 - pruned_share))))
