"""An organisation with a key, and a signer that runs when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forge.accounts.models import Organisation
from forge.jobs import queue
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.workers.running import RunningJob
from forge.registry.provenance.signing.access import key_facets, keys_of
from forge.registry.provenance.signing.actions.keys import create_signing_key
from forge.registry.provenance.signing.models import SigningKey
from rune.tools.signing.keys import Algorithm


@pytest.fixture
def secret_file(tmp_path: Path, settings: Any) -> Path:
    """Returns the file with the secret of this test's signer: outside of the data folder."""
    place = tmp_path / "apart" / "signing-secret"
    settings.SIGNING_SECRET_FILE = place
    return place


@pytest.fixture
def run_signer(secret_file: Path) -> Callable[[], list[Job]]:
    """Runs the jobs that wait for the signer. Returns them as they ended."""

    def run() -> list[Job]:
        jobs = []
        while (lease := queue.take((WorkerCapability.SIGN,))) is not None:
            RunningJob(lease, threading.Event()).run()
            jobs.append(Job.objects.get(pk=lease.job.pk))
        return jobs

    return run


@pytest.fixture
def key(organisation: Organisation, owner: Any, run_signer: Callable[[], list[Job]]) -> SigningKey:
    """A key of the organisation that was made here and signs."""
    row = create_signing_key(owner, organisation, Algorithm.P256)
    run_signer()
    row.refresh_from_db()
    return row


@pytest.fixture
def current_facets(organisation: Organisation) -> Callable[[], tuple[Any, ...]]:
    """The facets of the keys as they are now."""
    return lambda: key_facets(keys_of(organisation.pk))
