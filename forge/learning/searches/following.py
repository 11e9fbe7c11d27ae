"""Follows a job of a search: what its process of `lab` sends is checked, stored, and told to open pages."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from forge.jobs.kinds import JobContext
from forge.learning.lab_jobs.following import EventTakers, LabFollower
from forge.learning.learnable_data.archive import labels_of
from forge.learning.searches.actions.searches import announce_search
from forge.learning.searches.lab_events import (
    ClaimEvent,
    CountedEvent,
    RowsEvent,
    SpaceEvent,
    TrialEpochEvent,
    TrialEvent,
    TrialNeedsJson,
)
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState
from forge.learning.searches.storing import store_trial
from forge.learning.searches.trial_rows import RowsForLab, claim_trial
from forge.learning.training.running.possible import (
    MOST,
    MOST_EPOCHS,
    are_possible_labels,
    are_possible_needs,
    is_possible_share,
)
from rune.devices.boards.lookup import find_board

FLUSH_SECONDS = 0.5
"""The seconds between two changes of the trial at work."""
MOST_TRIALS = 1_000_000
"""Numbers of trials, with those that are over a limit."""


class SearchFollower(LabFollower[ModelSearch]):
    """The rows of a search while one of its jobs is at work."""

    ACTION = "search"
    WORK = "search"
    PROCESS = "process of the search"
    MISSING = "The search cannot start. {} Then go on with the search."

    def __init__(self, job: JobContext, search: ModelSearch, folder: Path) -> None:
        super().__init__(job, search, folder)
        self._rows = RowsForLab(search, job.job_id)
        self._answers: deque[Mapping[str, Any]] = deque()
        self._unsaved_trial: SearchTrial | None = None
        self.flushed = 0.0

    def is_due(self) -> bool:
        return self._unsaved_trial is not None and time.monotonic() - self.flushed >= FLUSH_SECONDS

    def next_command(self) -> Mapping[str, Any] | str | None:
        """The next line for the process: an answer to what it asked, or an instruction."""
        return self._answers.popleft() if self._answers else super().next_command()

    def takers(self) -> EventTakers:
        return {
            "space": (SpaceEvent, self._take_space),
            "rows": (RowsEvent, lambda _: self._answers.append(self._rows.news())),
            "claim": (ClaimEvent, self._take_claim),
            "counted": (CountedEvent, self._take_counted),
            "epoch": (TrialEpochEvent, self._take_epoch),
            "trial": (TrialEvent, self._take_trial),
        }

    def _take_space(self, event: SpaceEvent) -> None:
        if not are_possible_labels(event["labels"], labels_of(self.row.data_version)):
            raise self.malformed_event()
        description = {name: event[name] for name in ("size", "arguments", "forms", "labels", "validation")}
        with transaction.atomic():
            self.job.confirm_lease()
            ModelSearch.objects.filter(pk=self.row.pk).update(description=description)
            announce_search(self.row)

    def _take_claim(self, event: ClaimEvent) -> None:
        with transaction.atomic():
            self.job.confirm_lease()
            number = claim_trial(self.row, self.job.job_id, event["arguments"], event["quantize"])
            if number is not None:
                announce_search(self.row)
        self._answers.append({"claimed": number})

    def _take_counted(self, event: CountedEvent) -> None:
        trial = self._own_trial(event["trial"])
        target = find_board(self.row.board).target
        needs = {"ram": event["ram"], "flash": event["flash"], "instructions": event["instructions"]}
        trial.needs, trial.second_needs = {"target": target, **needs}, self._second_needs(event)
        self._unsaved_trial = trial

    def _take_epoch(self, event: TrialEpochEvent) -> None:
        trial = self._own_trial(event["trial"])
        if len(trial.curve) >= MOST_EPOCHS:
            raise self.malformed_event()
        trial.curve = [*trial.curve, event["validation_accuracy"]]
        self._unsaved_trial = trial

    def _take_trial(self, event: TrialEvent) -> None:
        """Stores a trial that has ended with its files, in one transaction with the events for open pages."""
        trial = self._own_trial(event["trial"])
        trial.state, trial.accuracy = event["state"], event["accuracy"]
        trial.needs, trial.second_needs = event["needs"], self._second_needs(event)
        trial.curve, trial.seconds, trial.reason = event["curve"], event["seconds"], event["reason"][:500]
        self._unsaved_trial = None
        store_trial(self.job, self.row, trial, event["files"], self.folder)

    def _second_needs(self, event: CountedEvent | TrialEvent) -> TrialNeedsJson | None:
        """The needs on the second board. Raises `AttemptFailed` where the search has none."""
        needs = event.get("second_needs")
        if needs is not None and not self.row.second_board:
            raise self.malformed_event()
        return needs

    def _own_trial(self, number: int) -> SearchTrial:
        """The trial that this job has begun. Raises `AttemptFailed` for one of another, or one that has ended."""
        if self._unsaved_trial is not None and self._unsaved_trial.number == number:
            return self._unsaved_trial
        rows = SearchTrial.objects.filter(search=self.row, job=self.job.job_id, state=SearchTrialState.RUNNING)
        trial = rows.filter(number=number).first()
        if trial is None:
            raise self.malformed_event()
        return trial

    def flush(self) -> None:
        """Stores how far the trial at work is, and tells open pages. Raises `LeaseLost`."""
        self.flushed = time.monotonic()
        trial, self._unsaved_trial = self._unsaved_trial, None
        if trial is None:
            return
        with transaction.atomic():
            self.job.confirm_lease()
            trial.save(update_fields=["needs", "second_needs", "curve"])
            announce_search(self.row)

    def is_possible(self, event: Mapping[str, Any]) -> bool:
        """Returns whether an event of the right type says what a search can have."""
        first = event if event["event"] == "counted" else event.get("needs")
        second = event.get("second_needs")
        return (
            1 <= event.get("trial", 1) <= MOST_TRIALS
            and (second is None or first is not None)
            and all(are_possible_needs({"instructions": None, **each}) for each in (first, second) if each is not None)
            and is_possible_share(event.get("accuracy"))
            and 0 <= event.get("size", 0) < MOST
        )
