"""Jobs that wait, without rows, and workers that work until they are let go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from forge.compute.scheduler.slots import Party
from forge.jobs.workers import slots as worker
from tests.support.patience import PATIENCE

ONE, OTHER = Party(uuid4()), Party(uuid4())


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


class WaitingJobs:
    """Jobs that wait, each of a party, and workers that work until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *parties: Party) -> None:
        self.left = list(parties)
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        monkeypatch.setattr(worker, "take", self._take)
        monkeypatch.setattr(worker, "RunningJob", self._job)

    def _take(self, capabilities: Any, *, may_take: Callable[[Party], bool], worker: str) -> Any:
        with self._lock:
            party = next(filter(may_take, self.left), None)
            if party is None:
                return None
            self.left.remove(party)
            return SimpleNamespace(party=party)

    def _job(self, lease: Any, stopping: threading.Event, *others: Any) -> Any:
        return self

    def run(self) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.release()
        assert self.go_on.acquire(timeout=PATIENCE)
        with self._lock:
            self.at_once -= 1
