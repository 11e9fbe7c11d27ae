"""Follows a run that trains: what `lab` sends is checked, stored, and told to open pages, a few times a second."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from forge.jobs.kinds import AttemptFailed, JobContext
from forge.learning.lab_jobs.following import EventTakers, LabFollower
from forge.learning.lab_jobs.waiting import waiting_tensorflow
from forge.learning.learnable_data.archive import labels_of
from forge.learning.training.actions.runs import announce_run
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.bounded import bounded_answers
from forge.learning.training.running.lab_events import (
    AnswersEvent,
    BegunAgainEvent,
    CheckpointEvent,
    DataEvent,
    EpochEvent,
    EpochJson,
    NeedsEvent,
    NoteEvent,
    NotesEvent,
    ResumedEvent,
)
from forge.learning.training.running.possible import (
    MOST,
    are_possible_answers,
    are_possible_run_needs,
    are_possible_values,
    is_possible_data,
    is_possible_epoch,
)

FLUSH_SECONDS = 0.5
"""The seconds between two changes of the row, after the first point. Before it, twice that: what reads a page again
takes the time of what computes the point."""
FLUSH_SHARE, MOST_FLUSH_SECONDS = 0.1, 2.0
"""Later, the share of the time since the begin that is between two changes, and the most seconds."""
CHECKPOINT_SECONDS = 15.0
"""The seconds between two checkpoints in the store."""
LARGEST_CHECKPOINT = 256 << 20
MAX_NOTES = 30
LONGEST_NOTE = 500


class RunFollower(LabFollower[TrainingRun]):
    """The row of a run while it trains."""

    ACTION = "train"
    WORK = "training run"
    PROCESS = "training process"
    MISSING = "The run cannot start. {} Then continue the run."
    WAITING = waiting_tensorflow

    def __init__(self, job: JobContext, run: TrainingRun, folder: Path) -> None:
        super().__init__(job, run, folder)
        self._changed: set[str] = set()
        self._points: list[EpochJson] = []
        self._has_point = False
        self._begun = self.flushed
        self._checkpoint = ""
        self._saved = 0.0
        if run.notes:  # of an attempt before
            self._set(notes=[])

    def tick(self) -> None:
        """Renews the lease, and stores what has come."""
        super().tick()
        if self._checkpoint and time.monotonic() - self._saved >= CHECKPOINT_SECONDS:
            self.save_checkpoint()

    def takers(self) -> EventTakers:
        return {
            "data": (DataEvent, self._take_data),
            "resumed": (ResumedEvent, self._take_resumed),
            "epoch": (EpochEvent, self._take_epoch),
            "answers": (AnswersEvent, self._take_answers),
            "checkpoint": (CheckpointEvent, self._take_checkpoint),
            "needs": (NeedsEvent, self._take_needs),
            "note": (NoteEvent, lambda event: self._add_notes([event["text"]])),
            "notes": (NotesEvent, lambda event: self._add_notes(event["notes"])),
            "begun-again": (BegunAgainEvent, self._take_begun_again),
        }

    def _take_data(self, event: DataEvent) -> None:
        if not is_possible_data(event, labels_of(self.row.data_version)):
            raise self.malformed_event()
        description = {
            "labels": event["labels"],
            "recordings": [self.numbers.get(name, 0) for name in event["recordings"]],
            "counts": event["samples"],
            "digest": event["digest"],
            "classes": event["classes"],
        }
        # The curves of an earlier attempt stay until an epoch comes: the run may go on behind its checkpoint.
        self._set(description=description, answers={})

    def _take_resumed(self, event: ResumedEvent) -> None:
        # The curves up to the checkpoint are those of the attempt before: the same settings and data give the same.
        if not 0 <= event["best_epoch"] <= event["epoch"]:
            raise self.malformed_event()
        curves = [row for row in self.row.curves if row["epoch"] <= event["epoch"]]
        attempt = {"epoch": event["epoch"], "began": timezone.now().isoformat()}
        self._set(
            curves=curves, best_epoch=event["best_epoch"], description={**self.row.description, "resumed": attempt}
        )
        self.job.log(f"Training continues after epoch {event['epoch']}.")

    def _take_epoch(self, event: EpochEvent) -> None:
        if not is_possible_epoch(event):
            raise self.malformed_event()
        row: EpochJson = {
            "epoch": event["epoch"],
            "loss": event["loss"],
            "accuracy": event["accuracy"],
            "validation_loss": event["validation_loss"],
            "validation_accuracy": event["validation_accuracy"],
        }
        curves = [each for each in self.row.curves if each["epoch"] < row["epoch"]]
        self._points.append(row)
        self._set(curves=[*curves, row], best_epoch=event["best_epoch"])

    def _take_answers(self, event: AnswersEvent) -> None:
        if not are_possible_answers(event["answers"]):
            raise self.malformed_event()
        answers = bounded_answers(event["answers"], *sizes_of(self.row))
        self._set(answers={"epoch": event["epoch"], "validation": answers})

    def _take_checkpoint(self, event: CheckpointEvent) -> None:
        if "/" in event["file"] or event["file"].startswith("."):
            raise AttemptFailed("The training process named a file outside its folder.", attempts=1)
        self._checkpoint = event["file"]

    def _take_needs(self, event: NeedsEvent) -> None:
        if not all(map(are_possible_run_needs, event["needs"].values())) or not 0 <= event["rune_size"] < MOST:
            raise self.malformed_event()
        self._set(needs=event["needs"], description={**self.row.description, "rune_size": event["rune_size"]})

    def _take_begun_again(self, event: BegunAgainEvent) -> None:
        if not are_possible_values(event, self.row.arguments):
            raise self.malformed_event()
        # Another attempt begins with these values, and so finds its checkpoint.
        self._set(arguments=event["values"], curves=[], best_epoch=0, answers={})

    def _add_notes(self, notes: list[str]) -> None:
        self._set(notes=[*self.row.notes, *(note[:LONGEST_NOTE] for note in notes)][:MAX_NOTES])

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.row, name, value)
        self._changed |= set(values)

    def is_due(self) -> bool:
        """Returns whether to store now.

        A person waits for the first point of the curve; a long run changes in small steps.
        """
        if not self._changed:
            return False
        if self._points and not self._has_point:
            return True
        least = FLUSH_SECONDS if self._has_point else 2 * FLUSH_SECONDS
        pause = min(MOST_FLUSH_SECONDS, max(least, FLUSH_SHARE * (self.flushed - self._begun)))
        return time.monotonic() - self.flushed >= pause

    def flush(self) -> None:
        """Stores what has come, and tells open pages. Raises `LeaseLost`."""
        self.flushed = time.monotonic()
        if not self._changed:
            return
        values = {name: getattr(self.row, name) for name in self._changed}
        with transaction.atomic():
            self.job.confirm_lease()
            TrainingRun.objects.filter(pk=self.row.pk).update(**values)
            self.row.refresh_from_db(fields=["state"])
            announce_run(self.row, points=self._points)
        self._changed.clear()
        self._has_point |= bool(self._points)
        self._points = []

    def save_checkpoint(self) -> None:
        """Stores the newest checkpoint of the folder. Raises `LeaseLost`."""
        self._saved = time.monotonic()
        path = self.folder / "run" / self._checkpoint
        if not self._checkpoint or path.is_symlink() or not path.is_file():
            return
        if path.stat().st_size > LARGEST_CHECKPOINT:
            return
        self.job.save_checkpoint(path.read_bytes())
        self._checkpoint = ""


def sizes_of(run: TrainingRun) -> tuple[int, int]:
    """Returns how many recordings and labels the data of a run has; none before it was read."""
    return len(run.description.get("recordings", ())), len(run.description.get("labels", ()))
