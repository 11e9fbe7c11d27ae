"""How often something may happen by a link and by an address: counts in windows of fixed places, in the cache."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.cache import cache

from forge.core.errors import TooOften


@dataclass(frozen=True)
class CollectingLimit:
    """At most `most` times in `seconds`."""

    name: str
    most: int
    seconds: int = 3600


CODES_OF_ADDRESS = CollectingLimit("collect-code-address", 20)
CODES_OF_LINK = CollectingLimit("collect-code-link", 200)
RECORDINGS_OF_ADDRESS = CollectingLimit("collect-address", 600)
RECORDINGS_OF_LINK = CollectingLimit("collect-link", 2000)


def count(limit: CollectingLimit, of: str) -> None:
    """Counts one time. Raises `TooOften` beyond the limit, and `CountersUnavailable`."""
    key = f"{limit.name}:{int(time.time()) // limit.seconds}:{of}"
    # One atomic step counts, in Redis as in memory.
    cache.add(key, 0, limit.seconds)
    if cache.incr(key) > limit.most:
        raise TooOften("This happens too often just now. Wait, and try again later.", limit.seconds)
