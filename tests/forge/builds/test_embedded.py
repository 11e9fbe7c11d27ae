"""What a build worker does beside building: sweeps, each at its time, and none ends because it failed once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forge.builds import embedded
from forge.builds.embedded import BuildWorker, Periodic
from forge.core.blobs import put_bytes
from forge.core.models import Blob


def test_it_is_done_at_once_and_then_only_when_its_time_has_come() -> None:
    done: list[int] = []
    often, seldom = (Periodic(every, "it", lambda: done.append(1)) for every in (0.0, 3600.0))
    for task in (often, often, seldom, seldom):
        task.run_when_due()
    assert len(done) == 3


def test_what_failed_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    tried: list[int] = []

    def fail() -> None:
        tried.append(1)
        raise OSError("no space")

    task = Periodic(0.0, "blobs", fail)
    task.run_when_due()
    task.run_when_due()
    assert len(tried) == 2
    assert "The sweep for blobs failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_worker_removes_what_nothing_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    left = put_bytes(b"left by somebody")
    Blob.objects.update(put_at=timezone.now() - timedelta(hours=2))
    ended = threading.Event()

    class Stopping:
        """Says after the first round that the program ends."""

        def wait(self, seconds: float) -> bool:
            was = ended.is_set()
            ended.set()
            return was

    monkeypatch.setattr(embedded, "stopping", Stopping())
    worker: Any = BuildWorker()
    thread = threading.Thread(target=worker._keep_store)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert not Blob.objects.filter(pk=left.digest).exists()
