"""Wake-ups of workers for previews. A lost wake-up delays a preview, but never loses it."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from celery import current_app

_log = logging.getLogger(__name__)

QUIET = 0.08
"""Seconds without an edit after which a preview is made, while somebody types."""
IDLE = 1.0
"""Seconds without an edit after which the next one begins a preview at once."""
LONGEST_WAIT = 0.4
"""Seconds after which one is made although somebody goes on typing."""
PAUSE = 0.1
"""Seconds between two messages: to send one costs more than the rest, in the process of those who type."""


def notify_preview(*project_ids: UUID) -> None:
    """The previews of projects are behind their texts. One message says so of all: sending costs more than the rest."""
    try:
        current_app.send_task("forge.builds.preview", args=list(map(str, project_ids)), ignore_result=True)
    except Exception:
        # Resuming notifies the worker again; whoever edits must not fail because a queue is away.
        _log.exception("The wake-up for previews was not sent")


class Debounce:
    """Calls `action` with each key: at once for the first touch after `idle` seconds without one, else some quiet time
    after its last touch, and not later than the longest wait.

    Between two calls is a pause; keys whose time comes meanwhile go together.
    """

    def __init__(
        self,
        action: Callable[..., None],
        quiet: float = QUIET,
        longest: float = LONGEST_WAIT,
        pause: float = PAUSE,
        idle: float = IDLE,
    ) -> None:
        self._action = action
        self._quiet = quiet
        self._longest = longest
        self._pause = pause
        self._idle = idle
        self._touched: OrderedDict[UUID, float] = OrderedDict()
        """The last touch of each key that was touched within `idle`, oldest first."""
        self._first: dict[UUID, float] = {}
        self._due: dict[UUID, float] = {}
        self._queue: list[tuple[float, UUID]] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def touch(self, key: UUID) -> None:
        """Something happened to the key. Never waits; safe from any thread."""
        now = time.monotonic()
        with self._changed:
            first = self._first.setdefault(key, now)
            quiet = self._quiet if self._was_touched(key, now) else 0.0
            due = min(now + quiet, first + self._longest)
            is_new = key not in self._due
            if is_new:
                heapq.heappush(self._queue, (due, key))
            self._due[key] = due
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="preview-debounce")
                self._thread.start()
            if is_new and self._queue[0][1] == key:
                # Behind another it is found when that one's time comes; to wake a thread at each keystroke costs more.
                self._changed.notify()

    def _was_touched(self, key: UUID, now: float) -> bool:
        """Whether the key was touched within `idle`. Forgets older touches and remembers this one."""
        while self._touched and next(iter(self._touched.values())) <= now - self._idle:
            self._touched.popitem(last=False)
        was_touched = key in self._touched
        self._touched[key] = now
        self._touched.move_to_end(key)
        return was_touched

    def _run(self) -> None:
        earliest = 0.0
        while True:
            self._action(*self._next(earliest))
            earliest = time.monotonic() + self._pause

    def _next(self, earliest: float) -> list[UUID]:
        """Waits until a key is due, and not less than until `earliest`; all that are due then."""
        with self._changed:
            while True:
                now = time.monotonic()
                if now >= earliest and (keys := self._take_due(now)):
                    return keys
                self._changed.wait(max(earliest, self._queue[0][0]) - now if self._queue else None)

    def _take_due(self, now: float) -> list[UUID]:
        keys: list[UUID] = []
        while self._queue and self._queue[0][0] <= now:
            _, key = heapq.heappop(self._queue)
            if self._due[key] > now:  # touched again meanwhile
                heapq.heappush(self._queue, (self._due[key], key))
            else:
                del self._due[key], self._first[key]
                keys.append(key)
        return keys


previews = Debounce(notify_preview)
"""Edits of all projects that pass through this process."""
