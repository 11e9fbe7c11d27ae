"""Searches whose worker says what a test wants."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.test import Client

from forge.jobs.models import WorkerCapability
from forge.jobs.workers.slots import JobSlots
from forge.learning.searches import job
from tests.support.forge.factories.training import SMALL, ScriptedLab

SEARCHES = "/api/v1/projects/acme/kitchen/searches"
SPACE = {
    "event": "space",
    "size": 8,
    "arguments": {"filters": [4, 8]},
    "forms": ["int8"],
    "labels": ["circle", "still", "wave"],
    "validation": 12,
}


def run_jobs() -> None:
    JobSlots(1, (WorkerCapability.LAB,), threading.Event()).work()


def scripted(monkeypatch: pytest.MonkeyPatch, events: list[dict[str, Any]], answer: Any) -> ScriptedLab:
    """Lets `lab` send these events."""
    lab = ScriptedLab(events, answer)
    monkeypatch.setitem(vars(job.SEARCH), "execute", lambda context: job.run_search_job(context, lab))
    return lab


def begun(client: Client, status: int = 201, **body: Any) -> Any:
    answer = client.post(SEARCHES, {"recipe": "motion", "arguments": SMALL, **body}, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def read(client: Client) -> Any:
    answer = client.get(f"{SEARCHES}/1")
    assert answer.status_code == 200, answer.content
    return answer.json()
