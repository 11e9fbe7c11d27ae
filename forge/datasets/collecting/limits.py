"""The limits of how often something may happen by a link and by an address."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.cache import windows
from forge.core.errors import TooOften


@dataclass(frozen=True)
class CollectingLimit:
    """A limit: at most `most` times in `seconds`."""

    name: str
    most: int
    seconds: int = 3600


CODES_OF_ADDRESS = CollectingLimit("collect-code-address", 20)
CODES_OF_LINK = CollectingLimit("collect-code-link", 200)
RECORDINGS_OF_ADDRESS = CollectingLimit("collect-address", 600)
RECORDINGS_OF_LINK = CollectingLimit("collect-link", 2000)


def count(limit: CollectingLimit, of: str) -> None:
    """Counts one time. Raises `TooOften` beyond the limit, and `CountersUnavailable`."""
    if windows.count(f"{limit.name}:{of}", limit.seconds).times > limit.most:
        raise TooOften("Too many requests. Wait a moment, then try again.", limit.seconds)
