"""Counts the runs of a rune while it answers, until somebody takes what was counted."""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rune.running.runtime.errors import RuneError
from rune.watch.counts import TIME_BINS, Counts
from rune.watch.layout import TIME_EDGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rune.running.runtime import LoadedRune

_HOUR: Final = 3600
_WORD: Final = 1 << 32
"""A rune counts in numbers of 32 bits."""
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class LabelWatch:
    """Says which label a run of a rune counted."""

    def __init__(self, counts: Callable[[], tuple[int, ...]]) -> None:
        """`counts` are those of each label, which rise."""
        self._counts = counts
        self._before: tuple[int, ...] = ()
        self.last: int | None = None
        """The bin of the label of the last run; None where it gave none, or several."""

    def begin(self) -> None:
        """A run begins."""
        self._before, self.last = self._counts(), None

    def end(self) -> None:
        """The run ended."""
        rises = [(now - before) % _WORD for before, now in zip(self._before, self._counts(), strict=True)]
        self.last = rises.index(1) if sum(rises) == 1 else None


HandOver = Callable[[float, Counts], None]
"""Takes what was counted around a time of the system's clock."""


def rune_counts(rune: LoadedRune) -> Counts | None:
    """Takes what a rune itself counted since it was asked last; None of one that counts nothing. This is the one place
    that asks the runtime."""
    take = getattr(rune, "take_counts", None)
    return take() if take is not None else None


class RunCounter:
    """The counts of one rune. Its run and its counts are touched by one thread at a time."""

    def __init__(
        self, own_counts: Callable[[], Counts | None], hand_over: HandOver, now: Callable[[], float] = time.time
    ) -> None:
        """`own_counts` takes what the rune itself counted, and `now` is the system's clock."""
        self._own_counts, self._hand_over, self._now = own_counts, hand_over, now
        self._lock = threading.Lock()
        self._hour, self._last = 0, 0.0
        self._times = [0] * TIME_BINS
        self._runs, self._microseconds = 0, 0
        self._is_due = False
        self._pending: Counts | None = None
        """Counts of the rune that were looked at and are not handed over yet."""

    @contextmanager
    def run(self, labels: LabelWatch | None = None) -> Iterator[None]:
        """A run of the rune. What was counted before belongs to the hour in which it was counted. `labels` see which
        label the run counts."""
        with self._lock:
            now = self._now()
            hour = int(now) // _HOUR
            if hour != self._hour:
                if self._runs:
                    self._take()
                self._hour = hour
            self._last = now
            if labels is not None:
                labels.begin()
            begin = time.perf_counter()
            yield
            seconds = time.perf_counter() - begin
            if labels is not None:
                labels.end()
            self._times[bisect_right(TIME_EDGES, seconds)] += 1
            self._microseconds += round(seconds * 1e6)
            self._runs += 1
            if self._is_due:
                self._take()

    def counts_of_run(self) -> Counts | None:
        """Returns what the rune itself counted since it was last asked: after each run, the bins of that run. They stay
        counted. Raises `RuneError`."""
        with self._lock:
            own = self._own_counts()
            if own is not None:
                self._pending = own if self._pending is None else self._pending + own
            return own

    def take(self) -> None:
        """Hands over what was counted: now, or after the run that is under way."""
        self._is_due = True
        if not self._lock.acquire(blocking=False):
            return
        try:
            # The run may have ended in between, and taken it.
            if self._is_due:
                self._take()
        finally:
            self._lock.release()

    def finish(self) -> None:
        """Hands over what was counted. Nothing runs any more."""
        with self._lock:
            self._take()

    def _take(self) -> None:
        self._is_due = False
        if not self._runs:
            return
        answers = self._runs
        own, self._pending = self._pending, None
        try:
            rest = self._own_counts()
            own = rest if own is None or rest is None else own + rest
        except RuneError:
            # A rune that broke off does not say what it counted since it was last asked.
            answers = 0
        counts = replace(
            own or Counts(),
            time=tuple(self._times),
            # The labels of a rune are its answers. One without labels answers with each run.
            answers=sum(own.labels) if own is not None and own.labels else answers,
            microseconds=self._microseconds,
            restarts=0,
            memory=resident_memory(),
        )
        self._times, self._runs, self._microseconds = [0] * TIME_BINS, 0, 0
        self._hand_over(self._last, counts)


def resident_memory() -> int:
    """Returns the KiB of this process that are resident now; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE // 1024
    except (OSError, IndexError, ValueError):
        return 0
