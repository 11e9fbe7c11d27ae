"""Any event of a training run or a search is stored or ends the job with a name, and its pages can be read."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.jobs.kinds import AttemptFailed
from forge.jobs.models import WorkerCapability
from forge.jobs.workers.slots import JobSlots
from forge.learning.lab_jobs.process import LabDied, LabRefused, read_line
from forge.learning.searches import following as search_following
from forge.learning.searches import job as search_job
from forge.learning.training.running import following
from forge.learning.training.running.job import TRAINING, run_training_job
from forge.projects.models import Project
from tests.support.api.answer_fuzzing import fuzzed
from tests.support.forge.factories.searches import claim_event, trial_event
from tests.support.forge.factories.training import SMALL, curve, motion_version
from tests.support.shares import share_and_all
from tests.support.training.motion_data import LABELS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("recordings/training-answers")]

PROJECT = "/api/v1/projects/acme/kitchen"
NEEDS = {"flash": 9000, "ram": 900, "instructions": 90_000, "not_measured": None}
SECOND_NEEDS = {"target": "rv32imc", "flash": 9500, "ram": 800, "instructions": 70_000}
OF_A_RUN: Sequence[Mapping[str, Any]] = (
    {
        "event": "data",
        "labels": list(LABELS),
        "recordings": [f"{label}/0001.csv" for label in LABELS],
        "samples": {split: dict.fromkeys(LABELS, 2) for split in ("train", "validation", "test")},
        "digest": "sha256:1",
        "classes": {},
    },
    {"event": "epoch", "best_epoch": 1, **next(curve(1))},
    {"event": "answers", "epoch": 1, "answers": [[0, 0, 0.9], [1, 0, 0.8]]},
    {"event": "checkpoint", "epoch": 1, "file": "checkpoint-0"},
    {"event": "needs", "needs": {"cortex-m0plus": NEEDS}, "rune_size": 74_200},
    {"event": "note", "text": "It began again."},
    {"event": "notes", "notes": ["A recording is short."]},
    {"event": "resumed", "epoch": 1, "best_epoch": 1},
)
OF_A_SEARCH: Sequence[Mapping[str, Any]] = (
    {
        "event": "space",
        "size": 8,
        "arguments": {"filters": [4, 8]},
        "forms": ["int8"],
        "labels": list(LABELS),
        "validation": 12,
    },
    {"event": "rows"},
    claim_event(1),
    {"event": "counted", "trial": 1, "ram": 2000, "flash": 9000, "instructions": 90_000},
    {"event": "epoch", "trial": 1, "epoch": 1, "validation_accuracy": 0.5},
    trial_event(1),
    claim_event(2),
    {"event": "counted", "trial": 2, "ram": 2000, "flash": 9000, "instructions": None, "second_needs": SECOND_NEEDS},
    {**trial_event(2), "second_needs": SECOND_NEEDS},
    claim_event(3),
    {"event": "counted", "trial": 3, "ram": 2000, "flash": 9000, "instructions": None},
)


class AnyLab:
    """Stands for `lab`: sends an event for each seed, and reads the pages after those that were taken."""

    def __init__(self, seeds: Sequence[int], events: Sequence[Mapping[str, Any]], read: Callable[[], None]) -> None:
        self.seeds = seeds
        self.events = events
        self.read = read
        self.ends: Counter[str] = Counter()

    def __call__(self, _request: Mapping[str, Any], _shape: Any, **calls: Any) -> Any:
        for each in self.events:
            calls["receive"](dict(each))
        calls["tick"]()
        self.read()
        for seed in self.seeds:
            try:
                event = read_line(fuzzed(seed, [{"event": each} for each in self.events])).get("event")
                calls["receive"](event)
            except (LabDied, AttemptFailed) as refused:
                self.ends[type(refused).__name__] += 1
                continue
            calls["tick"]()
            try:
                self.read()
            except Exception as error:
                raise AssertionError(f"seed {seed}: after {event!r} the pages cannot be read") from error
            self.ends["taken"] += 1
        raise LabRefused("enough", "data")


@pytest.fixture
def trains(client: Client, project: Project, user: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    motion_version(user, project)
    monkeypatch.setattr(following, "MOST_FLUSH_SECONDS", 0.0)
    monkeypatch.setattr(search_following, "FLUSH_SECONDS", 0.0)
    return client


def work() -> None:
    JobSlots(1, (WorkerCapability.LAB,), threading.Event()).work()


def reader(client: Client, kind: str) -> Callable[[], None]:
    def read() -> None:
        for address in (f"{PROJECT}/{kind}/1", f"{PROJECT}/{kind}", f"/acme/kitchen/{kind}/1", f"/acme/kitchen/{kind}"):
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.content[:300])

    return read


@pytest.mark.slow
@pytest.mark.parametrize("seeds", share_and_all(range(5_000), 50))
def test_a_run_takes_any_event_or_refuses_it_and_its_pages_are_read(
    seeds: Sequence[int], trains: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"recipe": "motion", "arguments": SMALL}
    run = trains.post(f"{PROJECT}/training", body, content_type="application/json").json()
    events = [*OF_A_RUN, {"event": "begun-again", "values": run["arguments"] | {"batch": 8}}]
    lab = AnyLab(seeds, events, reader(trains, "training"))
    monkeypatch.setitem(vars(TRAINING), "execute", lambda context: run_training_job(context, lab))
    work()
    run = trains.get(f"{PROJECT}/training/1").json()
    assert (run["state"], run["error"]) == ("failed", "enough")
    assert lab.ends.keys() == {"LabDied", "AttemptFailed", "taken"}


@pytest.mark.slow
@pytest.mark.parametrize("seeds", share_and_all(range(5_000), 50))
def test_a_search_takes_any_event_or_refuses_it_and_its_pages_are_read(
    seeds: Sequence[int], trains: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = AnyLab(seeds, OF_A_SEARCH, reader(trains, "searches"))
    body = {"recipe": "motion", "arguments": SMALL, "second_board": "esp32-c3-devkitm-1"}
    assert trains.post(f"{PROJECT}/searches", body, content_type="application/json").status_code == 201
    monkeypatch.setitem(vars(search_job.SEARCH), "execute", lambda context: search_job.run_search_job(context, lab))
    work()
    search = trains.get(f"{PROJECT}/searches/1").json()
    assert (search["state"], search["error"]) == ("failed", "enough")
    assert lab.ends.keys() == {"LabDied", "AttemptFailed", "taken"}
