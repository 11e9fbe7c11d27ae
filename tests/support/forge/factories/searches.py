"""Searches and their trials, for tests."""

from __future__ import annotations

from typing import Any

from forge.accounts.models import User
from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_bytes
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.searches.actions import SearchSettings, begin_search
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.projects.models import Project
from tests.support.forge.factories.training import SMALL


def motion_search(person: User, project: Project, **settings: Any) -> ModelSearch:
    """A search of the recipe for motion that waits. The project has a version of such data."""
    return begin_search(person, project, SearchSettings("motion", SMALL, **settings))


def finished_search(person: User, project: Project, trials: int = 3, **settings: Any) -> ModelSearch:
    """A search as it is at its end; its figures are made up."""
    search = motion_search(person, project, **settings)
    for number in range(1, trials + 1):
        row = trial_event(number, ram=3000 - 100 * number, share=0.5 + 0.01 * number)
        SearchTrial.objects.create(
            search=search,
            number=number,
            arguments=row["arguments"],
            form=row["quantize"],
            state=row["state"],
            needs=row["needs"],
            accuracy=row["accuracy"],
            **_files(search, number),
        )
    search.state, search.end_reason = LabJobState.FINISHED, "The budget of trials is used up."
    search.description = {"size": 8, "validation": 12}
    search.save()
    return search


def _files(search: ModelSearch, number: int) -> dict[str, Any]:
    """The files of a trial as they are stored."""
    contents = {
        "model.tflite": f"model {number}".encode(),
        "Runefile.yml": b"version: 1\n",
        "model.provenance.json": b"{}",
    }
    blobs = {path: put_bytes(data) for path, data in contents.items()}
    link_derived(search, [blob.digest for blob in blobs.values()], search.project.organisation_id)
    return {
        "files": {path: blob.digest for path, blob in blobs.items()},
        "sizes": {path: blob.size for path, blob in blobs.items()},
    }


def claim_event(number: int) -> dict[str, Any]:
    """The event that asks for the number of the candidate of `trial_event`."""
    return {"event": "claim", "arguments": {"filters": 4 * number}, "quantize": "int8"}


def tried(number: int, **trial: Any) -> list[dict[str, Any]]:
    """The events of a trial from its claim to its end."""
    return [claim_event(number), trial_event(number, **trial)]


def trial_event(number: int, *, ram: int = 2000, share: float | None = 0.9, state: str = "trained") -> dict[str, Any]:
    """The event of a trial that has ended."""
    return {
        "event": "trial",
        "trial": number,
        "arguments": {"filters": 4 * number},
        "quantize": "int8",
        "state": state,
        "needs": {"target": "cortex-m0plus", "flash": 9000, "ram": ram, "instructions": 90_000},
        "accuracy": None if share is None else [share, share - 0.2, min(1.0, share + 0.05)],
        "curve": [0.4, 0.5],
        "seconds": 1.5,
        "reason": "" if share is not None else "RAM 9 kB of at most 4 kB",
        "files": {},
    }
