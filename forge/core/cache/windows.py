"""Counts in windows of time with fixed places: each window begins where the one before it ends."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class WindowCount:
    """The count of a name in the present window, and the key in the cache that has the number."""

    key: str
    times: int
    seconds_left: int
    """Seconds until the window ends."""


def count(name: str, seconds: int) -> WindowCount:
    """Counts a name once more in the present window of so many seconds. Raises `CountersUnavailable`."""
    now = int(time.time())
    key = f"{name}:{seconds}:{now // seconds}"
    cache.add(key, 0, seconds)
    # One atomic step counts, in Redis as in memory.
    return WindowCount(key, cache.incr(key), seconds - now % seconds)
