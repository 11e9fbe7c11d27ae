"""Wake-ups of workers for previews. A lost wake-up delays a preview, but never loses it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from uuid import UUID

from celery import current_app

from forge.builds.previews.schedule import EditSchedule

_log = logging.getLogger(__name__)

PAUSE = 0.1
"""Seconds between two messages: to send one costs more than the rest, in the process of those who type."""


Wake = Callable[..., None]
"""Has the previews of projects, by their ids, made in this process. Never waits; from any thread."""

_wake_here: Wake | None = None


def work_here(wake: Wake | None) -> None:
    """Has previews made in this process, to which a message through the queue would take longer than most of their
    work; None ends that."""
    global _wake_here
    _wake_here = wake


def notify_preview(*project_ids: UUID) -> None:
    """The previews of projects are behind their texts. One message says so of all: sending costs more than the rest."""
    try:
        if (wake := _wake_here) is not None:
            wake(*project_ids)
        else:
            current_app.send_task("forge.builds.preview", args=list(map(str, project_ids)), ignore_result=True)
    except Exception:
        # Resuming notifies the worker again; an edit must not fail because a queue is away.
        _log.exception("The wake-up for previews was not sent")


class Debounce:
    """Calls `action` with the keys that a schedule calls due, in one thread, with a pause between two calls.

    Keys that become due in the pause go together.
    """

    def __init__(self, action: Callable[..., None], schedule: EditSchedule | None = None, pause: float = PAUSE) -> None:
        self._action = action
        self._schedule = schedule or EditSchedule()
        self._pause = pause
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def touch(self, key: UUID) -> None:
        """Notes an edit of the key. Never waits; safe from any thread."""
        now = time.monotonic()
        with self._changed:
            is_earlier = self._schedule.touch(key, now)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="preview-debounce")
                self._thread.start()
            if is_earlier:
                # A key behind another is seen when that one is due: waking a thread at each keystroke costs more.
                self._changed.notify()

    def _run(self) -> None:
        earliest = 0.0
        while True:
            self._action(*self._next(earliest))
            earliest = time.monotonic() + self._pause

    def _next(self, earliest: float) -> list[UUID]:
        """Waits until a key is due, and not less than until `earliest`. Returns all keys that are due then."""
        with self._changed:
            while True:
                now = time.monotonic()
                if now >= earliest and (keys := self._schedule.take_due(now)):
                    return keys
                look = self._schedule.next_look()
                self._changed.wait(None if look is None else max(earliest, look) - now)


previews = Debounce(notify_preview)
"""Edits of all projects that pass through this process."""
