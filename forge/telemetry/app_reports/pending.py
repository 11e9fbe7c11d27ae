"""Sums of what web pages sent, in the memory of a process until a periodic task adds them to the rows of the days.

A flood of reports so costs one write. A process that dies loses what it has not written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from forge.telemetry.app_reports.models import PageCountsOfDay
from forge.telemetry.intake.models import WatchedRune
from forge.telemetry.totals.sums import Sums, from_bytes, merged, to_bytes

PageKey = tuple[int, date]
"""A watched rune and a day. The rune is one that the deployment served and the day one of a few, so keys are few."""


@dataclass(frozen=True)
class PageSum:
    """Documents and what they have in common: their sum."""

    reports: int
    row: Sums

    def __add__(self, other: PageSum) -> PageSum:
        return PageSum(self.reports + other.reports, merged([self.row, other.row]))


@dataclass
class PendingPageSums:
    """Sums by rune and day that no row has yet."""

    _sums: dict[PageKey, PageSum] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, key: PageKey, addition: PageSum) -> None:
        """Adds to the sum of a rune on a day."""
        with self._lock:
            former = self._sums.get(key)
            self._sums[key] = addition if former is None else former + addition

    def write(self, store: Callable[[Mapping[PageKey, PageSum]], None]) -> None:
        """Hands the sums to `store`, and begins anew. They are kept for the next time if `store` raises."""
        with self._lock:
            sums, self._sums = self._sums, {}
        if not sums:
            return
        try:
            store(sums)
        except Exception:
            for key, each in sums.items():
                self.add(key, each)
            raise


pending_sums = PendingPageSums()
"""This process's."""


def write_page_counts(sums: PendingPageSums = pending_sums) -> None:
    """Adds the sums to the rows of the days."""
    sums.write(_store)


@transaction.atomic
def _store(sums: Mapping[PageKey, PageSum]) -> None:
    rune_ids = set(WatchedRune.objects.filter(pk__in={rune for rune, _ in sums}).values_list("pk", flat=True))
    for (rune, day), addition in sorted(sums.items(), key=lambda item: item[0]):
        if rune not in rune_ids:
            continue
        values = {"reports": 0, "sums": to_bytes(addition.row * 0)}
        PageCountsOfDay.objects.get_or_create(watched_id=rune, day=day, defaults=values)
        # Another process adds to the same row.
        row = PageCountsOfDay.objects.select_for_update().get(watched_id=rune, day=day)
        total = PageSum(row.reports, from_bytes(row.sums)) + addition
        row.reports, row.sums = total.reports, to_bytes(total.row)
        row.save(update_fields=["reports", "sums"])
