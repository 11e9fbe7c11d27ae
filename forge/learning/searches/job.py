"""The job of a search: `lab` tries candidates in processes of its own, and each finished trial is a row at once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.pool.workdir import workdir
from forge.core.json_shape import has_shape
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.learning.conversions.lab_process import EnvironmentMissing, LabDied, LabRefused, ask_lab
from forge.learning.searches.actions import announce_search
from forge.learning.searches.kinds import PATIENCE, SEARCH_KIND
from forge.learning.searches.lab_events import (
    CountedEvent,
    SearchedJson,
    SpaceEvent,
    TrialEpochEvent,
    TrialEvent,
)
from forge.learning.searches.models import ModelSearch, SearchState, SearchTrial
from forge.learning.training.running.data import usable_entries, write_data
from forge.learning.training.running.possible import MOST, are_possible_needs, is_possible_share
from rune.datasets.splits import Split
from rune.devices.boards.lookup import find_board

MARGIN_SECONDS = 900.0
"""Beyond the minutes of a search: reading the data, and the trials at work."""
ATTEMPTS = 3
"""Attempts of a search whose process dies by itself."""
FLUSH_SECONDS = 0.5
"""Between two changes of the trials at work."""
INSTRUCTION_SECONDS = 0.5
MOST_TRIALS = 1_000_000
"""Numbers of trials, with those that are over a limit."""
_ARCHIVE = "data.zip"

Ask = Callable[..., Any]


def run_search_job(job: JobContext, ask: Ask = ask_lab) -> Mapping[str, Any]:
    """Searches, from the trials that there are."""
    search = _find(job)
    with tempfile.TemporaryDirectory(dir=workdir(), prefix="search-") as name:
        folder = Path(name)
        _write_data(job, search, folder)
        follower = SearchFollower(job, search)
        answer = _ask(job, search, folder, follower, ask)
    follower.flush()
    ModelSearch.objects.filter(pk=search.pk).update(ended=answer["reason"][:300], active={})
    return {"trials": answer["trials"], "reason": answer["reason"][:300]}


class SearchFollower:
    """The rows of a search at work."""

    def __init__(self, job: JobContext, search: ModelSearch) -> None:
        self._job = job
        self._search = search
        self._active: dict[str, dict[str, Any]] = {}
        self._is_changed = True
        self._flushed = 0.0

    def tick(self) -> None:
        """Renews the lease, and stores how far the trials at work are."""
        self._job.tick()
        if self._is_changed and time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def receive(self, event: Any) -> None:
        """Takes an event. Raises `AttemptFailed` for one that is malformed."""
        name = event.get("event") if isinstance(event, dict) else None
        shape, take = self._takers().get(str(name), (None, None))
        if shape is None or take is None or not has_shape(event, shape) or not _is_possible(event):
            raise AttemptFailed("The process of the search sent something that is malformed.", attempts=1)
        take(event)

    def _takers(self) -> Mapping[str, tuple[Any, Callable[[Any], None]]]:
        return {
            "space": (SpaceEvent, self._take_space),
            "counted": (CountedEvent, self._take_counted),
            "epoch": (TrialEpochEvent, self._take_epoch),
            "trial": (TrialEvent, self._take_trial),
        }

    def _take_space(self, event: SpaceEvent) -> None:
        description = {name: event[name] for name in ("size", "arguments", "forms", "labels", "validation")}
        with transaction.atomic():
            self._job.confirm_lease()
            ModelSearch.objects.filter(pk=self._search.pk).update(description=description)
            announce_search(self._search)

    def _take_counted(self, event: CountedEvent) -> None:
        self._active[str(event["trial"])] = {"ram": event["ram"], "flash": event["flash"], "epoch": 0, "accuracy": 0.0}
        self._is_changed = True

    def _take_epoch(self, event: TrialEpochEvent) -> None:
        active = self._active.get(str(event["trial"]))
        if active is not None:
            active |= {"epoch": event["epoch"], "accuracy": event["validation_accuracy"]}
            self._is_changed = True

    def _take_trial(self, event: TrialEvent) -> None:
        """Stores a trial that has ended, in one transaction with what open pages are told."""
        self._active.pop(str(event["trial"]), None)
        with transaction.atomic():
            self._job.confirm_lease()
            SearchTrial.objects.update_or_create(
                search=self._search,
                number=event["trial"],
                defaults={
                    "arguments": event["arguments"],
                    "form": event["quantize"][:20],
                    "state": event["state"],
                    "needs": event["needs"],
                    "accuracy": event["accuracy"],
                    "curve": event["curve"],
                    "seconds": event["seconds"],
                    "reason": event["reason"][:500],
                },
            )
            self._store_active()

    def flush(self) -> None:
        """Stores the trials at work, and tells open pages. Raises `LeaseLost`."""
        if self._is_changed:
            with transaction.atomic():
                self._job.confirm_lease()
                self._store_active()

    def _store_active(self) -> None:
        self._flushed, self._is_changed = time.monotonic(), False
        ModelSearch.objects.filter(pk=self._search.pk).update(active=self._active)
        self._search.refresh_from_db(fields=["state", "active"])
        announce_search(self._search)


def _is_possible(event: Mapping[str, Any]) -> bool:
    """Whether an event of the right type says what a search can have."""
    needs = event if event["event"] == "counted" else event.get("needs")
    return (
        1 <= event.get("trial", 1) <= MOST_TRIALS
        and (needs is None or are_possible_needs({"instructions": None, **needs}))
        and is_possible_share(event.get("accuracy"))
        and 0 <= event.get("size", 0) < MOST
    )


def _find(job: JobContext) -> ModelSearch:
    rows = ModelSearch.objects.select_related("project__organisation", "data_version")
    search = rows.filter(pk=job.spec["search"]).first()
    if search is None:
        raise JobFailed("The search was deleted.")
    return search


def _write_data(job: JobContext, search: ModelSearch, folder: Path) -> None:
    """Writes the samples that may be learned from, without those of the test split. Raises `JobFailed` without any."""
    if search.data_version is None:
        raise JobFailed("The version of the data was deleted. Search on another one.")
    job.report(0.0, "Reading the samples")
    entries = [each for each in usable_entries(search.data_version) if each.split != Split.TEST]
    if not write_data(search.data_version, entries, folder / _ARCHIVE):
        raise JobFailed(
            f"No sample of version {search.data_number} may be learned from now: consents ended or were withdrawn. "
            "Save a new version and search on that."
        )


def _ask(job: JobContext, search: ModelSearch, folder: Path, follower: SearchFollower, ask: Ask) -> Any:
    request = {
        "action": "search",
        "folder": str(folder),
        "data": _ARCHIVE,
        "recipe": search.recipe,
        "arguments": search.arguments,
        "seed": search.seed,
        "form": search.form,
        "model": search.model_path,
        "vary": search.vary,
        "target": find_board(search.board).target,
        "limits": search.limits,
        "budget": {
            "trials": search.trials,
            "minutes": search.minutes,
            "workers": search.workers,
            "patience": PATIENCE,
        },
        "trials": [trial_row(each) for each in SearchTrial.objects.filter(search=search).order_by("number")],
    }
    try:
        return ask(
            request,
            SearchedJson,
            seconds=60 * search.minutes + MARGIN_SECONDS,
            tick=follower.tick,
            report=job.report,
            receive=follower.receive,
            command=_StopInstruction(search).take,
            work="search",
        )
    except EnvironmentMissing as missing:
        ModelSearch.objects.filter(pk=search.pk).update(reason="needs-environment")
        raise JobFailed(
            f"A search trains, which needs the {missing.environment['name']} environment: "
            f"{missing.environment['download']} MB to download, {missing.environment['disk']} MB on disk. The operator "
            f"of this server prepares it with `python -m lab.environments prepare {missing.environment['name']}`. "
            "Then go on with the search."
        ) from None
    except LabRefused as refused:
        ModelSearch.objects.filter(pk=search.pk).update(reason=refused.reason)
        raise JobFailed(str(refused)) from None
    except LabDied as died:
        raise AttemptFailed(str(died), attempts=ATTEMPTS) from None


def trial_row(trial: SearchTrial) -> dict[str, Any]:
    """A trial as `lab` has it in its file (`lab.search.trials.Trial.to_json`)."""
    return {
        "trial": trial.number,
        "arguments": trial.arguments,
        "quantize": trial.form,
        "state": trial.state,
        "needs": trial.needs,
        "accuracy": trial.accuracy,
        "curve": trial.curve,
        "seconds": trial.seconds,
        "reason": trial.reason,
    }


class _StopInstruction:
    """The instruction to stop, once."""

    def __init__(self, search: ModelSearch) -> None:
        self._search = search
        self._due = 0.0
        self._is_sent = False

    def take(self) -> str | None:
        if self._is_sent or time.monotonic() < self._due:
            return None
        self._due = time.monotonic() + INSTRUCTION_SECONDS
        instruction = ModelSearch.objects.filter(pk=self._search.pk).values_list("instruction", flat=True).first() or ""
        self._is_sent = bool(instruction)
        return instruction or None


@transaction.atomic
def follow_job(job: Job) -> None:
    """Changes the search with its job."""
    search = ModelSearch.objects.select_related("project__organisation").filter(pk=job.spec["search"]).first()
    if search is None or search.job_id != job.pk:
        return
    values: dict[str, Any] = {"state": _state(job, search)}
    if job.state in (JobState.FAILED, JobState.LOST):
        values |= {"error": job.error[:1000]}
    if job.state in (JobState.FAILED, JobState.LOST, JobState.CANCELLED, JobState.SUCCEEDED):
        values |= {"instruction": "", "active": {}}
    ModelSearch.objects.filter(pk=search.pk).update(**values)
    search.refresh_from_db()
    announce_search(search)


def _state(job: Job, search: ModelSearch) -> SearchState:
    match job.state:
        case JobState.QUEUED:
            return SearchState.WAITING
        case JobState.RUNNING:
            return SearchState.RUNNING
        case JobState.SUCCEEDED:
            return SearchState.FINISHED
        case JobState.CANCELLED:
            return SearchState.CANCELLED
        case _:
            return SearchState.NEEDS if search.reason == "needs-environment" else SearchState.FAILED


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of jobs of searches."""
    ids = [UUID(job.spec["search"]) for job in jobs]
    searches = ModelSearch.objects.select_related("project__organisation").in_bulk(ids)
    titles = {}
    for job in jobs:
        search = searches.get(UUID(job.spec["search"]))
        if search is not None:
            title = f"Search {search.number} of {search.project.full_name}"
            titles[job.pk] = JobTitle(title, search.get_absolute_url())
    return titles


SEARCH = JobKind(
    SEARCH_KIND,
    WorkerCapability.LAB,
    run_search_job,
    "Search",
    titles=titles_of,
    verb=Verb.EDIT,
    retention=None,
    attempts=10,
    noun="search",
    on_change=follow_job,
)
