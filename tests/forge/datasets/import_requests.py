"""Requests of imports of data, as tests send them, and a worker that does their jobs."""

from __future__ import annotations

import threading
from typing import Any

from django.test import Client

from forge.datasets.models import Consent
from forge.jobs.models import WorkerCapability
from forge.jobs.workers.slots import JobSlots
from tests.support.forge.factories.recordings import loud, png

IMPORTS = "/api/v1/projects/acme/kitchen/data/imports"
FOLDERS: dict[str, bytes | str] = {
    "knock/a.wav": loud(1),
    "knock/b.wav": loud(2),
    "test/glass/c.wav": loud(3),
    "glass/d.png": png(),
    "e.txt": "x",
}


def begin(client: Client, consent: Consent, size: int, **body: Any) -> Any:
    body = {"consent": str(consent.pk), "size": size, **body}
    return client.post(IMPORTS, body, content_type="application/json")


def send(client: Client, import_id: str, offset: int, data: bytes) -> Any:
    return client.put(f"{IMPORTS}/{import_id}/bytes?offset={offset}", data, content_type="application/octet-stream")


def sent(client: Client, consent: Consent, data: bytes, **body: Any) -> str:
    answer = begin(client, consent, len(data), **body)
    assert answer.status_code == 201, answer.content
    import_id = str(answer.json()["id"])
    answer = send(client, import_id, 0, data)
    assert (answer.status_code, answer.json()["state"]) == (200, "reading"), answer.content
    return import_id


def start(client: Client, import_id: str, **body: Any) -> Any:
    return client.post(f"{IMPORTS}/{import_id}/start", body, content_type="application/json")


def read(client: Client, import_id: str) -> Any:
    return client.get(f"{IMPORTS}/{import_id}").json()


def run_jobs() -> None:
    """Does a worker's jobs."""
    JobSlots(1, (WorkerCapability.BUILD,), threading.Event()).work()


def imported(client: Client, consent: Consent, data: bytes, **body: Any) -> Any:
    import_id = sent(client, consent, data, **body)
    run_jobs()
    assert start(client, import_id).status_code == 202
    run_jobs()
    return read(client, import_id)
