"""Numbers that one process counts by day in memory, until a periodic task writes them to the database."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from django.utils import timezone

K = TypeVar("K", bound=Hashable)


@dataclass
class PendingCounts(Generic[K]):
    """Counts by a key and a day in UTC. A process that dies loses what it has not written."""

    _counts: Counter[tuple[K, date]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, key: K, count: int = 1) -> None:
        """Adds to today's count of a key."""
        with self._lock:
            self._counts[key, timezone.now().date()] += count

    def write(self, store: Callable[[Counter[tuple[K, date]]], None]) -> None:
        """Hands the counts to `store`, and begins anew. They are kept for the next time if `store` raises."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            store(counts)
        except Exception:
            with self._lock:
                self._counts.update(counts)
            raise
