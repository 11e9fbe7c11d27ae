"""The number of uses of published runes, counted without knowing people.

A use is a rune that was fetched: by a page that runs it, or by a pull. Somebody who fetches one again on the same day
is counted once: a set in memory holds a keyed digest of the address and the rune, whose key is made anew each day and
never leaves the process. What is stored is a number for each rune and day.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from forge.registry.models import Listing, Repository, UseOfDay

FLUSH_EVERY = 30.0
"""Seconds between writing down what was counted; a process that dies loses as much."""
MOST_SEEN = 200_000
"""Fetches of one day that a process tells apart; more are not counted, so that nobody fills its memory."""
WEEK = 7


def _today() -> date:
    return timezone.now().date()


@dataclass
class Counting:
    """The counts of one process since it last stored them."""

    today: Callable[[], date] = _today
    _day: date | None = None
    _key: bytes = b""
    _fetch_keys: set[bytes] = field(default_factory=set)
    _counts: Counter[tuple[UUID, date]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, repository: UUID, address: str) -> None:
        """A rune of this repository is fetched by somebody at this address."""
        with self._lock:
            day = self.today()
            if day != self._day:
                self._day, self._key = day, secrets.token_bytes(32)
                self._fetch_keys.clear()
            who = hashlib.blake2b(f"{repository} {address}".encode(), key=self._key, digest_size=12).digest()
            if who in self._fetch_keys or len(self._fetch_keys) >= MOST_SEEN:
                return
            self._fetch_keys.add(who)
            self._counts[repository, day] += 1

    def take(self) -> Counter[tuple[UUID, date]]:
        """Returns the counts, and resets them."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            return counts

    def give_back(self, counts: Counter[tuple[UUID, date]]) -> None:
        """Adds counts that could not be stored, to store them later."""
        with self._lock:
            self._counts.update(counts)


counting = Counting()
"""This process's."""


def write_down(counter: Counting = counting) -> None:
    """Adds what was counted to the rows of the day and to what Explore sorts by."""
    counts = counter.take()
    if not counts:
        return
    try:
        _add(counts)
    except Exception:
        counter.give_back(counts)
        raise


@transaction.atomic
def _add(counts: Counter[tuple[UUID, date]]) -> None:
    there = set(Repository.objects.filter(pk__in={pk for pk, _ in counts}).values_list("pk", flat=True))
    for (repository, day), count in sorted(counts.items(), key=lambda each: (str(each[0][0]), each[0][1])):
        if repository not in there:
            continue
        row, _ = UseOfDay.objects.get_or_create(repository_id=repository, day=day)
        UseOfDay.objects.filter(pk=row.pk).update(uses=F("uses") + count)
        Listing.objects.filter(pk=repository).update(uses=F("uses") + count)


@dataclass(frozen=True)
class Uses:
    """The number of uses of what a project published."""

    in_all: int
    this_week: int


def uses_of(repository: Repository) -> Uses:
    """The caller has found its project for someone."""
    rows = UseOfDay.objects.filter(repository=repository)
    since = _today() - timedelta(days=WEEK - 1)
    totals = rows.aggregate(in_all=Sum("uses"))
    week = rows.filter(day__gte=since).aggregate(uses=Sum("uses"))
    return Uses(totals["in_all"] or 0, week["uses"] or 0)
